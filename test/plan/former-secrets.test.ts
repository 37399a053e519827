import { createHash } from 'node:crypto';
import type { RecordedFile } from '../../src/host/history';
import { Secrets } from '../../src/inventory/secrets';
import { maskedText, rowsOf } from '../../src/plan/secret-texts';
import { SecretLines } from '../../src/resources/secret-lines';
import { readRecordedChange } from '../../src/rollback/recorded-change';
import { hostSecrets } from '../support/host-secrets';
import fc, { type Arbitrary } from '../support/property';

/** A file of one path as an inventory has it: its lines, and what of them the inventory knows to be secret. */
interface Version {
  text: string;
  secrets: string[];
  isSecret: boolean;
}

const held = (text: string | undefined) =>
  text === undefined
    ? 'absent'
    : `file 0:root 0:root 640 ${Buffer.byteLength(text)} -\n${Buffer.from(text).toString('base64')}`;
const maskOf = ({ secrets }: Version) => {
  const known = new Secrets();
  for (const one of secrets) known.add(one);
  return (text: string) => known.mask(text);
};

/** One run after the other on a host, which remembers what it is told of lines with secrets. */
class Host {
  remembered = '';
  #now: string | undefined;
  readonly runs: RecordedFile[] = [];

  /** What is shown of the change to a version. @param knows by whose inventory; another than the version's in a rollback */
  make(version: Version, knows = version): string {
    const text = { from: this.#now ?? null, to: version.text };
    const secrets = hostSecrets({
      mask: maskOf(knows),
      lines: new SecretLines(this.remembered),
      isPast: knows !== version,
    });
    const isWhole = version.isSecret && knows === version;
    const told = rowsOf('/a', text, secrets, isWhole);
    this.remembered = [this.remembered, ...told].filter(Boolean).join('\n');
    this.runs.push({
      has: new Set(this.#now === undefined ? ['was-absent', 'staged'] : ['staged']),
      before: held(this.#now),
      after: createHash('sha256').update(version.text).digest('hex'),
      wrote: held(version.text),
      now: '',
      secret: isWhole ? 'whole' : told.length > 0 ? 'lines' : 'none',
    });
    this.#now = version.text;
    const { text: shown, notes } = maskedText('/a', text, secrets);
    return JSON.stringify(isWhole ? [] : [shown, notes]);
  }

  /** Somebody edits the file. */
  madeByHand(edit: (text: string) => string): void {
    this.#now = edit(this.#now ?? '');
  }

  /** What a log shows of all runs. */
  log(knows: Version): string {
    const lines = new SecretLines(this.remembered);
    return JSON.stringify(
      this.runs.map((run) =>
        readRecordedChange({ ...run, now: held(this.#now) }, maskOf(knows), (text) => lines.hide('/a', text)),
      ),
    );
  }
}

/** Secrets are told from all else by `S3cr`. */
const value = fc.oneof(
  fc.stringMatching(/^[a-z0-9]{1,12}$/).map((end) => `S3cr${end}`),
  fc
    .tuple(fc.stringMatching(/^[a-z0-9]{1,6}$/), fc.stringMatching(/^[a-z0-9]{1,6}$/))
    .map(([a, b]) => `S3cr${a} S3cr${b}`),
  fc.stringMatching(/^[a-z0-9]{8,16}$/).map((end) => `S3cr${end}\nS3cr${end}-2`),
);
const line = fc.oneof(
  fc
    .constantFrom('listen stats', '  bind :80', '}', 'port=1', '')
    .map((text) => ({ text, secrets: [] as string[] })),
  fc
    .tuple(
      fc.constantFrom(
        'V',
        '  auth_pass V',
        'KEY=V',
        'KEY=V # of shop',
        '{"key":"V"}',
        'export T="V"',
        'url=https://me:V@host',
        'auth a:V',
        'other: V',
      ),
      value,
    )
    .map(([form, secret]) => ({ text: form.replace('V', secret), secrets: [secret] })),
);
const version: Arbitrary<Version> = fc
  .tuple(fc.array(line, { maxLength: 5 }), fc.boolean())
  .map(([lines, isSecret]) => ({
    text: `${lines.map(({ text }) => text).join('\n')}\n`,
    secrets: lines.flatMap(({ secrets }) => secrets),
    isSecret: isSecret && lines.length > 3,
  }));

test('no secret that an inventory once had is shown by a plan, a rollback or a log, whoever has forgotten it', () => {
  fc.assert(
    fc.property(fc.array(version, { minLength: 2, maxLength: 5 }), fc.boolean(), (versions, isOfDos) => {
      const host = new Host();
      const last = versions.at(-1) as Version;
      const shown = versions.map((one) => {
        if (isOfDos) host.madeByHand((text) => text.replaceAll('\n', '\r\n'));
        return host.make(one);
      });
      const before = versions.slice(0, -1).reverse();
      const undone = before.map((one) => host.make(one, last));
      for (const text of [...shown, host.log(last), ...undone, host.log(last)])
        expect(text).not.toContain('S3cr');
    }),
    { numRuns: 500 },
  );
});

const plain = (text: string, ...secrets: string[]): Version => ({ text, secrets, isSecret: false });

test('a line without a secret is shown as ever, and one with a former secret as it was shown', () => {
  const host = new Host();
  host.make(plain('port 1\nkey former\nuser a\n', 'former'));
  expect(JSON.parse(host.make(plain('port 2\nuser a\n')))).toEqual([
    { from: 'port 1\nkey ***\nuser a\n', to: 'port 2\nuser a\n' },
    null,
  ]);
  expect(JSON.parse(host.log(plain(''))).at(-1).text).toEqual({
    from: 'port 1\nkey ***\nuser a\n',
    to: 'port 2\nuser a\n',
  });
});

test('what is written in the clear now is no secret any more', () => {
  const host = new Host();
  host.make({ ...plain('}\nkey former\nport 1\n'), isSecret: true });
  expect(JSON.parse(host.make(plain('}\nport 2\n')))).toEqual([
    { from: '}\n***\n***\n', to: '}\nport 2\n' },
    null,
  ]);
});

test('a line end hides no secret: a file whose line ends alone differ has no other secret', () => {
  const host = new Host();
  host.make(plain('port 1\nkey s3cret\n', 's3cret'));
  host.madeByHand((text) => text.replaceAll('\n', '\r\n'));
  expect(JSON.parse(host.make(plain('port 1\nkey s3cret\n', 's3cret')))).toEqual([
    { from: 'port 1\r\nkey ***\r\n', to: 'port 1\nkey ***\n' },
    null,
  ]);
  host.madeByHand((text) => text.replaceAll('\n', '\r\n'));
  expect(JSON.parse(host.make(plain('port 1\nkey other-s3cret\n', 'other-s3cret')))).toEqual([
    { from: 'port 1\r\nkey ***\r\n', to: 'port 1\nkey ***\n' },
    ['a secret value changes too, which is not shown'],
  ]);
});

test('a host is told so little of a line that it fits too many to guess', () => {
  const host = new Host();
  host.make(plain('key former-secret\n', 'former-secret'));
  expect(host.remembered).toMatch(/^\["\/a","[0-9a-f]{4}","key \*\*\*"\]$/);
  expect(host.remembered).not.toContain('former');
});
