import { parseText } from '../../src/document/document';
import { InputError } from '../../src/errors';
import { buildInventory } from '../../src/inventory/load';
import type { Secrets } from '../../src/inventory/secrets';
import { everything } from './hostile/everything';

/** The document once for each text in it, with `reference` in the text's place. */
function* withReference(node: unknown, reference: object): Generator<unknown> {
  if (typeof node === 'string') yield reference;
  if (typeof node !== 'object' || node === null) return;
  for (const [key, one] of Object.entries(node))
    for (const changed of withReference(one, reference))
      yield Array.isArray(node)
        ? node.map((item, index) => (index === Number(key) ? changed : item))
        : { ...node, [key]: changed };
}

test.each(['ZleakMeZ1234', 'x7', `two "words"\nand ${'more '.repeat(20)}`])(
  '%j from elsewhere is in no fault, wherever it stands',
  (secret) => {
    let refused = 0;
    for (const changed of withReference(everything, { env: 'VALUE' })) {
      const text = JSON.stringify(changed);
      let known: Secrets | undefined;
      try {
        buildInventory(parseText('inventory.json', text), { VALUE: secret }, undefined, (secrets) => {
          known = secrets;
        });
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        refused += 1;
        const said = error.faults.map(({ message, expected }) => `${message} ${expected}`);
        expect([text, ...said.map((one) => known?.mask(one))]).toEqual([text, ...said]);
      }
    }
    expect(refused).toBeGreaterThan(50);
  },
);
