import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { canBePut, certificateSources, putValues } from '../../src/inventory/certificate-sources';
import { openSecrets } from '../../src/inventory/secret-file';
import { scratch } from '../support/scratch';

test('the certificates of an inventory by the names that they are renewed by', () => {
  const value = {
    services: {
      web: {
        tls: {
          certificate: { file: 'a.pem' },
          key: { secret: 'a' },
          certificates: [{ certificate: { file: 'b.pem' }, key: { file: 'b.key' } }],
        },
      },
      more: { tls: { certificates: [{ certificate: 'PEM', key: { env: 'KEY' } }] } },
      folder: { tls: { folder: '/etc/x' } },
      plain: { port: 80 },
      wrong: [],
    },
  };
  expect(certificateSources({ value }).map(({ name, at, key }) => [name, at.join('.'), key])).toEqual([
    ['web', 'services.web.tls', { secret: 'a' }],
    ['web/2', 'services.web.tls.certificates.0', { file: 'b.key' }],
    ['more', 'services.more.tls.certificates.0', { env: 'KEY' }],
  ]);
  expect(certificateSources({ value: null })).toEqual([]);
});

test.each([
  [{ file: 'a' }, true],
  [{ secret: 'a' }, true],
  [{ env: 'A' }, false],
  [{ command: ['a'] }, false],
  ['PEM', false],
])('haprov can put a new one at %j: %j', (node, can) => {
  expect(canBePut(node)).toBe(can);
});

describe('values are put where their references lead', () => {
  let folder: string;
  let told: object[];
  beforeEach(() => {
    folder = mkdtempSync(join(scratch, 'haprov-'));
    told = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const asker = () => ({ env: { HAPROV_AGE_IDENTITY: join(folder, 'identity') } });
  const put = (values: Parameters<typeof putValues>[1]) =>
    putValues(join(folder, 'inventory.json'), values, asker(), (made) => told.push(made));
  const secrets = async () => Object.fromEntries((await openSecrets(folder, asker()))?.values ?? []);

  test('files keep their mode, new ones are for their owner alone, and all can be put back', async () => {
    const [old, fresh] = [join(folder, 'old.pem'), join(folder, 'new.key')];
    writeFileSync(old, 'before\n');
    chmodSync(old, 0o640);
    const back = await put([
      { reference: { file: 'old.pem' }, value: 'after' },
      { reference: { file: 'new.key' }, value: 'key' },
    ]);
    expect(readFileSync(old, 'utf8')).toBe('after\n');
    expect([old, fresh].map((path) => statSync(path).mode & 0o777)).toEqual([0o640, 0o600]);
    await back();
    expect(readFileSync(old, 'utf8')).toBe('before\n');
    expect(existsSync(fresh)).toBe(false);
  });

  test('a link stays one, and what it leads to is put back as it was, which need not be text', async () => {
    const [link, target] = [join(folder, 'web.pem'), join(folder, 'live.pem')];
    const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x0a]);
    writeFileSync(target, bytes);
    symlinkSync('live.pem', link);
    const back = await put([{ reference: { file: 'web.pem' }, value: 'after' }]);
    expect([readFileSync(target, 'utf8'), readlinkSync(link)]).toEqual(['after\n', 'live.pem']);
    await back();
    expect([readFileSync(target), readlinkSync(link)]).toEqual([bytes, 'live.pem']);
  });

  test('secrets are set in one change, others stay, and all can be put back', async () => {
    await put([{ reference: { secret: 'other' }, value: 'stays' }]);
    const back = await put([
      { reference: { secret: 'web.pem' }, value: 'one' },
      { reference: { secret: 'other' }, value: 'two' },
    ]);
    expect(await secrets()).toEqual({ 'web.pem': 'one', other: 'two' });
    await back();
    expect(await secrets()).toEqual({ other: 'stays' });
    expect(told).toContainEqual({ identity: join(folder, 'identity') });
  });

  test('where one cannot be written, none is', async () => {
    writeFileSync(join(folder, 'old.pem'), 'before\n');
    const values = [
      { reference: { file: 'old.pem' }, value: 'after' },
      { reference: { file: 'no/such/folder.key' }, value: 'key' },
    ];
    await expect(put(values)).rejects.toMatchObject({
      faults: [{ message: expect.stringContaining('ENOENT') }],
    });
    expect(readFileSync(join(folder, 'old.pem'), 'utf8')).toBe('before\n');
  });
});
