import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type HostFacts, interfaceFor, readFacts, unsupported } from '../../src/host/facts';
import { shippedVersions } from '../../src/host/release';

/** What `probe_facts` prints where these release files stand → what the host is, and whether it will do. */
interface Case {
  about: string;
  output: string[];
  facts: Partial<HostFacts>;
  unsupported?: string;
}

const folder = join(__dirname, '../cases/facts');
const cases = readdirSync(folder).map((file): [string, Case] => [
  file.replace('.json', ''),
  JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case,
]);

test.each(cases)('%s', (_, one) => {
  const facts = readFacts(one.output.join('\n'));
  expect(facts).toMatchObject(one.facts);
  expect(unsupported(facts)).toBe(one.unsupported);
});

test('every EL that is supported has a case, and versions of its own', () => {
  const supported = cases.filter(([, one]) => !one.unsupported).map(([, one]) => one.facts.os?.major);
  for (const major of [6, 7, 8, 9, 10]) {
    expect(supported).toContain(major);
    expect(shippedVersions(major)).toEqual({
      haproxy: expect.stringMatching(/^\d+\.\d+$/),
      keepalived: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  }
});

test('the interface of an address is the one whose own network has it, the narrowest first', () => {
  const rows = [
    'lo 127.0.0.1/8',
    'eth0 10.0.0.1/8',
    'eth1 10.1.0.1/16',
    'eth1 fd00::1/64',
    'eth2 10.2.0.9',
    'vrrp.7 10.1.0.77/24',
  ];
  const facts = readFacts(rows.map((row) => `address=${row}`).join('\n'));
  expect(
    ['10.1.0.200', '10.9.0.1', 'fd00::200', '127.0.0.2', '10.2.0.9', '192.0.2.1', '10.1.0.78'].map(
      // What moves sits on an interface of its own there, and says nothing of another that moves with it.
      (address) => interfaceFor(facts, address, [address, '10.1.0.77']),
    ),
  ).toEqual(['eth1', 'eth0', 'eth1', undefined, 'eth0', undefined, 'eth1']);
});
