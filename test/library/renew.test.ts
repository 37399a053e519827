import { createPrivateKey, webcrypto } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runHook } from '../../src/acme/hook';
import { x509 } from '../../src/acme/library';
import { isPlaceholder, newKey, order } from '../../src/acme/order';
import type { NewCertificate } from '../../src/certificates/check-new';
import type { Known } from '../../src/certificates/report';
import { ExitCode, HaprovError } from '../../src/errors';
import type { RunEnd } from '../../src/events/events';
import type { Inventory } from '../../src/inventory/inventory';
import { type ApplyOptions, apply } from '../../src/library/apply';
import { type CertificatesOptions, lookAtCertificates } from '../../src/library/certificates';
import { type RenewOptions, renew } from '../../src/library/renew';
import { certificatesIn } from '../../src/lint/certificate-expires';
import type { Context } from '../../src/planning/context';
import { thumbprintOf } from '../../src/playbook/haproxy/acme';
import { certificatesOf } from '../../src/playbook/haproxy/certificates';
import { recorder } from '../commands/recorder';
import { scratch } from '../support/scratch';

/** Who is asked for what, and what becomes of it where something fails: with hosts and an authority that do as they are told. */

jest.mock('../../src/library/certificates', () => ({ lookAtCertificates: jest.fn() }));
jest.mock('../../src/library/apply', () => ({ apply: jest.fn() }));
jest.mock('../../src/acme/hook', () => ({ runHook: jest.fn() }));
jest.mock('../../src/acme/answers', () => ({ wrongAnswer: async () => undefined }));
jest.mock('../../src/acme/order', () => ({
  ...jest.requireActual('../../src/acme/order'),
  order: jest.fn(),
}));

/** What a host has: its haproxy.cfg, and files with certificates. */
interface FakeHost {
  configuration: string;
  files: Map<string, string>;
}
let hosts: Record<string, FakeHost>;
let applied: ApplyOptions[];
/** How the next runs end; where nothing is said, hosts are then as the inventory says. */
let ends: Partial<RunEnd>[];
let folder: string;

const day = 24 * 3600 * 1000;

async function make(
  days: number,
  names: readonly string[] = ['web.example'],
  from = -60,
): Promise<NewCertificate> {
  const key = newKey();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
  const { d: _, key_ops: __, ...jwk } = await webcrypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']);
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: `CN=${names[0]}`,
      notBefore: new Date(Date.now() + from * day),
      notAfter: new Date(Date.now() + days * day),
      signingAlgorithm: algorithm,
      keys: { privateKey, publicKey },
      extensions: [new x509.SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
    },
    webcrypto as Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[1],
  );
  return { certificate: made.toString('pem').trim(), key };
}
const whole = ({ certificate, key }: NewCertificate) => `${certificate}\n${key}\n`;

const service = (name: string, port: number) => ({
  port,
  vips: ['front'],
  backends: { group: 'all', port: 8080 },
  tls: {
    certificate: { file: `${name}.pem` },
    key: { file: `${name}.key` },
    acme: { names: [`${name}.example`] },
  },
});
const inventoryWith = (...names: string[]) => ({
  hosts: { fred: { address: '192.0.2.1', priority: 101 }, ethyl: { address: '192.0.2.2', priority: 100 } },
  vips: { front: { address: '192.0.2.10', virtualRouterId: 7, group: 'all' } },
  acme: { key: { file: 'account.key' } },
  services: {
    plain: { port: 80, vips: ['front'], redirects: [{ scheme: 'https' }] },
    ...Object.fromEntries(names.map((name, index) => [name, service(name, 443 + index)])),
  },
  playbooks: ['ha-pair'],
});

const path = (name: string) => join(folder, name);
const has = (name: string, { certificate, key }: NewCertificate) => {
  writeFileSync(path(`${name}.pem`), `${certificate}\n`);
  writeFileSync(path(`${name}.key`), `${key}\n`);
};
const pemOf = (name: string) => readFileSync(path(`${name}.pem`), 'utf8').trim();
const rule = () => `status 200 %[path].${thumbprintOf(readFileSync(path('account.key'), 'utf8'))}`;

function foundOn({ services, document }: Inventory): Known {
  const wanted = services.flatMap(certificatesOf);
  return {
    inventory: { name: 'pair', services },
    written: (at) => at.reduce<unknown>((node, key) => (node as never)?.[key], document.value),
    hosts: Object.entries(hosts).map(([host, { configuration, files }]) => ({
      host,
      found: {
        configuration: configuration ? [{ path: '/etc/haproxy/haproxy.cfg', text: configuration }] : [],
        files: [...files].map(([at, pem]) => ({ path: at, pem })),
        folders: [],
        lists: new Map(),
        missing: wanted.map(({ path: at }) => at).filter((at) => !files.has(at)),
      },
    })),
    looks: [],
    within: 30,
    now: new Date(),
  };
}

beforeEach(() => {
  folder = mkdtempSync(join(scratch, 'haprov-renew-'));
  writeFileSync(path('account.key'), newKey());
  hosts = {};
  for (const host of ['fred', 'ethyl']) hosts[host] = { configuration: rule(), files: new Map() };
  applied = [];
  ends = [];
  jest.mocked(lookAtCertificates).mockImplementation(async ({ loaded }: CertificatesOptions) => ({
    known: foundOn(loaded as Inventory),
    mask: (text) => text,
  }));
  jest.mocked(apply).mockImplementation(async (options) => {
    applied.push(options);
    await options.first?.();
    const end = { run: 'r', ms: 1, exitCode: 0, changed: 2, failed: 0, message: 'done', ...ends.shift() };
    if (end.exitCode !== 0) {
      await options.last?.(end as RunEnd);
      return end as RunEnd;
    }
    const { only, loaded } = options;
    const isMeant = (at: string) => only === undefined || only.includes(at);
    for (const host of Object.values(hosts)) {
      if (isMeant('/etc/haproxy/haproxy.cfg')) host.configuration = rule();
      for (const { path: at, pem } of (loaded as Inventory).services.flatMap(certificatesOf))
        if (isMeant(at)) host.files.set(at, pem);
    }
    await options.last?.(end as RunEnd);
    return end as RunEnd;
  });
  jest.mocked(order).mockReset();
});
afterEach(() => rmSync(folder, { recursive: true }));

async function renewed(
  more: Partial<RenewOptions> = {},
  inventory: object = inventoryWith('web'),
  context?: Context,
) {
  writeFileSync(path('inventory.json'), JSON.stringify(inventory));
  const heard = recorder();
  const options: RenewOptions = {
    ...{ inventory: path('inventory.json'), json: false, yes: true, force: false, staging: false },
    ...{ onFailure: 'restore', confirmWithin: 60, giveUpAfter: 300, allowOutage: false },
    ...{ probe: false, probeInterval: 50, ...more },
  };
  const end = await renew(options, context ?? heard.context).then(
    (all) => all.map(({ name, outcome }) => `${name} ${outcome}`),
    ({ message, hint, exitCode }) => ({ message, hint, exitCode }),
  );
  return { end, said: heard.said };
}
const onHosts = () => Object.values(hosts).map(({ files }) => files.get('/etc/haproxy/web.pem'));
const haveAll = (one: NewCertificate) => {
  for (const { files } of Object.values(hosts)) files.set('/etc/haproxy/web.pem', whole(one));
};
const makes = (one: NewCertificate) => jest.mocked(order).mockResolvedValue(one);

describe('what cannot be read is not taken for absent', () => {
  test('a certificate that is no text, whose key is there: nobody is asked for another', async () => {
    has('web', await make(80));
    writeFileSync(path('web.pem'), Buffer.from([0xff, 0xfe, 0x00]));
    const { end } = await renewed();
    expect(end).toMatchObject({ exitCode: 2, message: expect.stringContaining('is not UTF-8 text') });
    expect([applied, jest.mocked(order).mock.calls]).toEqual([[], []]);
  });

  test('secrets that cannot be opened', async () => {
    const inventory = inventoryWith('web');
    Object.assign(inventory.services, {
      web: {
        ...service('web', 443),
        tls: { ...service('web', 443).tls, certificate: { secret: 'web.pem' }, key: { secret: 'web.key' } },
      },
    });
    writeFileSync(path('secrets.age'), 'no file of age');
    const { end } = await renewed({}, inventory);
    expect(end).toMatchObject({ exitCode: 2, message: expect.stringContaining('is no file of age') });
    expect([applied, jest.mocked(order).mock.calls]).toEqual([[], []]);
  });

  test('what the authority would make cannot be put here: it is not asked', async () => {
    const inventory = inventoryWith('web');
    inventory.services = {
      ...inventory.services,
      ...{
        web: { ...service('web', 443), tls: { ...service('web', 443).tls, key: { file: 'no/web.key' } } },
      },
    };
    const { end } = await renewed({}, inventory);
    expect(end).toMatchObject({ exitCode: 2, message: expect.stringContaining('cannot be written') });
    expect([applied, jest.mocked(order).mock.calls]).toEqual([[], []]);
    expect(existsSync(path('web.pem'))).toBe(false);
  });
});

describe('the first one', () => {
  test('hosts get a placeholder where they have none, and then what was made', async () => {
    const fresh = await make(90);
    let meanwhile: (string | undefined)[] = [];
    jest.mocked(order).mockImplementation(async () => {
      meanwhile = onHosts();
      return fresh;
    });
    expect((await renewed()).end).toEqual(['web renewed']);
    expect(meanwhile.map((pem = '') => certificatesIn(pem).map(isPlaceholder))).toEqual([[true], [true]]);
    expect([pemOf('web'), ...onHosts()]).toEqual([fresh.certificate, whole(fresh), whole(fresh)]);
  });

  test('once more where the authority had failed: the placeholder of before is none that clients keep', async () => {
    jest.mocked(order).mockRejectedValueOnce(new Error('too many'));
    expect((await renewed()).end).toMatchObject({ message: 'too many' });
    makes(await make(30));
    expect((await renewed()).end).toEqual(['web renewed']);
  });

  test('that is due and agreed to, hooks hear of however it ends; one that is not due is none', async () => {
    const agreed: string[] = [];
    const context = () => ({ ...recorder().context, isAgreed: (one: string) => void agreed.push(one) });
    jest.mocked(lookAtCertificates).mockRejectedValueOnce(new HaprovError(3, 'fred does not answer'));
    expect((await renewed({}, inventoryWith('web'), context())).end).toMatchObject({ exitCode: 3 });
    expect(agreed.splice(0)).toEqual(['certificates renew']);
    has('web', await make(80));
    haveAll(await make(80));
    await renewed({}, inventoryWith('web'), context());
    await renewed({ staging: true }, inventoryWith('web'), context());
    expect(agreed).toEqual([]);
  });

  test.each([{}, { force: true }, { staging: true }])('%j: none over one that hosts have', async (more) => {
    const old = await make(40);
    haveAll(old);
    rmSync(path('account.key'));
    const { end } = await renewed(more, {
      ...inventoryWith('web'),
      acme: { key: { file: 'account.key' }, staging: 'https://192.0.2.9/' },
    });
    expect(end).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('web: the inventory has no certificate yet, and fred has one until '),
    });
    expect(onHosts()).toEqual([whole(old), whole(old)]);
    expect(existsSync(path('account.key'))).toBe(false);
    expect(jest.mocked(order).mock.calls).toEqual([]);
  });

  test('one that is over keeps nobody', async () => {
    haveAll(await make(-1));
    makes(await make(90));
    expect((await renewed()).end).toEqual(['web renewed']);
  });

  test('one that is not valid yet by this machine’s clock is kept, goes to no host, and no other is asked for', async () => {
    const early = await make(90, ['web.example'], 0.01);
    makes(early);
    const refused = { exitCode: 2, message: expect.stringContaining('is not valid before ') };
    for (let time = 1; time <= 2; time++) {
      expect((await renewed()).end).toMatchObject(refused);
      expect(onHosts().map((pem = '') => certificatesIn(pem).map(isPlaceholder))).toEqual([[true], [true]]);
    }
    expect([pemOf('web'), jest.mocked(order).mock.calls.length]).toEqual([early.certificate, 1]);
  });

  test('only tried: it says what stays', async () => {
    makes(await make(90));
    const inventory = {
      ...inventoryWith('web'),
      acme: { key: { file: 'account.key' }, staging: 'https://192.0.2.9/' },
    };
    const { end, said } = await renewed({ staging: true }, inventory);
    expect(end).toEqual(['web tried']);
    expect(said.at(-1)).toMatch(
      /thrown away: the hosts keep the placeholder and what answers the authority$/,
    );
  });
});

describe('what hosts are given before the authority is asked', () => {
  const cfg = '/etc/haproxy/haproxy.cfg';
  const pem = '/etc/haproxy/web.pem';
  const without = (what: (keyof FakeHost)[], ...names: string[]) => {
    for (const name of names)
      for (const one of what)
        if (one === 'files') hosts[name]?.files.clear();
        else Object.assign(hosts[name] ?? {}, { configuration: '' });
  };
  beforeEach(async () => makes(await make(90)));

  test.each<[string, boolean, () => Promise<void>, (string[] | undefined)[]]>([
    [
      'without the rule: haproxy.cfg alone, and nothing else that is pending',
      true,
      async () => {
        const due = await make(10);
        has('web', due);
        haveAll(due);
        for (const host of Object.values(hosts)) host.configuration = 'defaults';
      },
      [[cfg], [pem]],
    ],
    ['without a certificate: that, too', true, async () => {}, [[cfg, pem], [pem]]],
    [
      'without HAProxy: all of it',
      true,
      async () => without(['configuration', 'files'], 'fred', 'ethyl'),
      [undefined, [pem]],
    ],
    ['all of it, where that is shown and asked for', false, async () => {}, [undefined, [pem]]],
  ])('%s', async (_, yes, begin, only) => {
    await begin();
    expect((await renewed({ yes })).end).toEqual(['web renewed']);
    expect(applied.map((options) => options.only)).toEqual(only);
  });

  test('one host has no HAProxy: --yes does not make it', async () => {
    without(['configuration', 'files'], 'ethyl');
    expect((await renewed()).end).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('ethyl has no HAProxy yet'),
      hint: expect.stringContaining('haprov apply'),
    });
    expect([applied, existsSync(path('web.pem'))]).toEqual([[], false]);
  });

  test('one that hosts lack, and what the inventory has lasts: no more than that, too', async () => {
    has('web', await make(80));
    expect((await renewed()).end).toEqual(['web renewed']);
    expect(applied.map((options) => options.only)).toEqual([[cfg, pem]]);
  });

  test('a placeholder of another service goes over nothing that is valid', async () => {
    const mail = whole(await make(40, ['mail.example']));
    hosts.fred?.files.set('/etc/haproxy/mail.pem', mail);
    expect((await renewed({ name: 'web' }, inventoryWith('web', 'mail'))).end).toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('mail: the inventory has no certificate yet, and fred has one'),
    });
    expect(hosts.fred?.files.get('/etc/haproxy/mail.pem')).toBe(mail);
  });
});

test('from the first record on, Ctrl-C waits for its removal, and no run has begun by that', async () => {
  const inventory = inventoryWith('web');
  Object.assign(inventory, {
    acme: { ...inventory.acme, hook: ['./hook'] },
    services: {
      web: {
        ...service('web', 443),
        tls: { ...service('web', 443).tls, acme: { names: ['web.example'], challenge: 'dns-01' } },
      },
    },
  });
  const fresh = await make(90);
  const heard = recorder();
  const begun: unknown[][] = [];
  const told: unknown[] = [];
  jest.mocked(runHook).mockImplementation(async (_hook, [action], { signal }) => {
    // Who leaves ends what sets it, and not what removes it.
    told.push([action, signal !== undefined, begun.length > 0]);
  });
  jest.mocked(order).mockImplementation(async ({ record }) => {
    await record('set', '_acme-challenge.web.example', 'text');
    await record('remove', '_acme-challenge.web.example', 'text');
    return fresh;
  });
  const { end } = await renewed({}, inventory, {
    ...heard.context,
    begin: (...words) => void begun.push(words),
  });
  expect(end).toEqual(['web renewed']);
  expect(told).toEqual([
    ['set', true, true],
    ['remove', false, true],
  ]);
  expect(begun[0]).toEqual(['what acme.hook has set is removed first', 'elsewhere']);
});

describe('all that are due', () => {
  test('one that fails keeps no other from being renewed, and all that failed is told at the end', async () => {
    for (const name of ['shop', 'web', 'mail']) {
      has(name, await make(10, [`${name}.example`]));
      for (const { files } of Object.values(hosts)) files.set(`/etc/haproxy/${name}.pem`, pemOf(name));
    }
    const fresh = await make(90);
    jest.mocked(order).mockImplementation(async ({ names: [name = ''] }) => {
      if (name === 'web.example') return fresh;
      throw new HaprovError(
        name === 'shop.example' ? ExitCode.failed : ExitCode.unreachable,
        `${name} leads elsewhere`,
        'look at the DNS',
      );
    });
    expect((await renewed({}, inventoryWith('shop', 'web', 'mail'))).end).toEqual({
      exitCode: 3,
      message: 'shop.example leads elsewhere\nmail.example leads elsewhere',
      hint: 'look at the DNS',
    });
    expect(onHosts()).toEqual([whole(fresh), whole(fresh)]);
  });

  test('none after a host that could not be restored', async () => {
    for (const name of ['shop', 'web']) has(name, await make(10, [`${name}.example`]));
    const rows = await Promise.all([make(90, ['shop.example']), make(90)]);
    for (const row of rows) jest.mocked(order).mockResolvedValueOnce(row);
    ends = [{ exitCode: 4, message: 'fred is not restored' }];
    expect((await renewed({}, inventoryWith('shop', 'web'))).end).toMatchObject({ exitCode: 4 });
    expect(applied).toHaveLength(1);
  });
});

describe('hosts have another one than the inventory', () => {
  beforeEach(async () => has('web', await make(70)));

  test('an older one: they get the inventory’s, and nobody is asked', async () => {
    haveAll(await make(20));
    const { end, said } = await renewed();
    expect([end, said[0]]).toEqual([['web renewed'], 'info: web: the hosts do not have it yet']);
    expect(onHosts().map((pem) => pem?.includes(pemOf('web')))).toEqual([true, true]);
  });

  test.each([
    ['lasts', 70],
    ['is due', 10],
  ])(
    'a later one, and the inventory’s %s: a checkout that was not pulled takes nothing back',
    async (_, days) => {
      has('web', await make(days));
      const later = await make(80);
      haveAll(later);
      const { end } = await renewed();
      expect(end).toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(
          /^web: fred has one until \S+, and that of the inventory ends on \S+, so /,
        ),
        hint: expect.stringContaining('pull'),
      });
      expect([applied, jest.mocked(order).mock.calls]).toEqual([[], []]);
      expect(onHosts()).toEqual([whole(later), whole(later)]);
    },
  );

  test('a later one, and --force: the authority makes another', async () => {
    haveAll(await make(80));
    const fresh = await make(90);
    makes(fresh);
    expect((await renewed({ force: true })).end).toEqual(['web renewed']);
    expect(onHosts()).toEqual([whole(fresh), whole(fresh)]);
  });
});

test('the very certificate that is there is nothing to do: nothing is written, and that is said', async () => {
  const there = await make(40);
  has('web', there);
  haveAll(there);
  ends = [{ changed: 0 }];
  writeFileSync(path('new.pem'), whole(there));
  const before = statSync(path('web.pem')).mtimeMs;
  const { end, said } = await renewed({ name: 'web', certificate: path('new.pem') });
  expect(end).toEqual(['web not due']);
  expect(said.at(-1)).toMatch(
    /^info: web: nothing to do, the inventory has this one already, and fred and ethyl have it/,
  );
  expect(statSync(path('web.pem')).mtimeMs).toBe(before);
});

test('from files: of one that fails before it comes to a run hooks hear, where that was agreed to', async () => {
  const agreed: string[] = [];
  const context = () => ({ ...recorder().context, isAgreed: (one: string) => void agreed.push(one) });
  const from = (file: string, more: Partial<RenewOptions> = {}) =>
    renewed({ name: 'web', certificate: path(file), ...more }, inventoryWith('web'), context());
  const there = await make(40);
  has('web', there);
  haveAll(there);
  writeFileSync(path('same.pem'), whole(there));
  ends = [{ changed: 0 }];
  expect((await from('same.pem')).end).toEqual(['web not due']);
  await from('gone.pem', { yes: false });
  expect(agreed).toEqual([]);
  writeFileSync(path('over.pem'), whole(await make(-1)));
  for (const file of ['gone.pem', 'over.pem']) {
    expect((await from(file)).end).toMatchObject({ exitCode: 2 });
    expect(agreed.splice(0)).toEqual(['certificates renew']);
  }
});

describe('from files, where a host fails', () => {
  let [old, fresh]: NewCertificate[] = [];
  const fromFiles = async (end: Partial<RunEnd>) => {
    ends = [end];
    writeFileSync(path('new.pem'), whole(fresh as NewCertificate));
    return (await renewed({ name: 'web', certificate: path('new.pem') })).end;
  };
  beforeEach(async () => {
    [old, fresh] = [await make(10), await make(90)];
    has('web', old as NewCertificate);
  });

  test('none keeps it: all are restored, and the old one is put back', async () => {
    expect(await fromFiles({ exitCode: 1, changed: 0, message: 'failed on ethyl' })).toMatchObject({
      exitCode: 1,
      message: 'web is not renewed: failed on ethyl',
    });
    expect(applied.map(({ onFailure }) => onFailure)).toEqual(['restore-all']);
    expect(pemOf('web')).toBe(old?.certificate);
  });

  test('one keeps it, as after Ctrl-C: the inventory has it, too', async () => {
    expect(await fromFiles({ exitCode: 1, changed: 1, message: 'done and kept on fred' })).toMatchObject({
      exitCode: 1,
      message: 'web is not renewed on every host: done and kept on fred',
      hint: expect.stringContaining('haprov apply'),
    });
    expect(pemOf('web')).toBe(fresh?.certificate);
  });
});
