import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  addresses,
  describeLab,
  docker,
  eventually,
  fetchUrl,
  haprov,
  holders,
  isWell,
  lab,
  labName,
  network,
  ofThisLab,
  on,
} from '../support/lab';
import { askRedis } from '../support/redis';

const pair = ['fred', 'ethyl'];
const peerOf = (host: string) => (host === 'fred' ? 'ethyl' : 'fred');

/** A copy of an example for this lab, with one text put in another's place. */
function edited(file: string, from = '', to = ''): string {
  const text = ofThisLab(readFileSync(file, 'utf8'));
  expect(text).toContain(from);
  const copy = join(mkdtempSync(join(tmpdir(), 'haprov-example-')), 'inventory.json');
  writeFileSync(copy, text.replace(from, to));
  return copy;
}

async function applied(inventory: string): Promise<string> {
  const run = await haprov('apply', inventory, '--yes');
  if (run.code !== 0) throw new Error(`apply: exit ${run.code}: ${run.stdout}${run.stderr}`);
  return run.stdout;
}

const holderOf = (address: string, hosts = pair) =>
  eventually(`one holder of ${address}`, () => {
    const found = holders(hosts, address);
    return found.length === 1 ? found[0] : undefined;
  });

/** Power loss of `host` while `during` looks at the others; then it has power again. */
async function without(host: string, during: () => Promise<unknown>): Promise<void> {
  docker('kill', `${labName}-${host}`);
  try {
    await during();
  } finally {
    docker('start', `${labName}-${host}`);
  }
}

describeLab('Redis, active and passive', () => {
  const inventory = edited('examples/redis-pair.json');
  const vip = `${network}.210`;
  const password = 'lab-redis-password';
  const ask = (command: string, address = vip, port = 6379) => askRedis(address, port, password, command);
  const askHost = (host: string, command: string) => ask(command, addresses[host], 16379);
  const inStep = (replica: string) =>
    eventually(`${replica} being a replica in step`, async () => {
      const info = (await askHost(replica, 'INFO replication')) ?? '';
      return info.includes('role:slave') && info.includes('master_link_status:up');
    });

  beforeAll(() => {
    process.env.REDIS_PASSWORD = password;
    process.env.REDIS_CHECK_LOGIN = `tcp-check send AUTH\\ ${password}\\r\\n`;
    lab('reset', '--alone', ...pair);
  });

  test('two bare hosts become the pair: one master behind the VIP, one replica', async () => {
    const output = await applied(inventory);
    expect(output).not.toContain(password);
    const master = await holderOf(vip);
    await eventually('a write through the VIP', async () => (await ask('SET before 1')) === '+OK');
    await inStep(peerOf(master));
    expect(await askHost(master, 'INFO replication')).toContain('role:master');
  });

  test('apply again: no change', async () => {
    expect(await applied(inventory)).toContain('No changes');
    await isWell(inventory);
  });

  test('the master dies: its data are served by the other, and it comes back as the replica', async () => {
    const master = await holderOf(vip);
    const heir = peerOf(master);
    await without(master, async () => {
      await eventually('a write after the kill', async () => (await ask('SET after 2')) === '+OK');
      // HAProxy may need a last check more to count the dead one out: until then, every second connection goes there.
      await eventually('the data of before', async () => (await ask('GET before')) === '$1 1');
      expect(holders([heir], vip)).toEqual([heir]);
    });
    await inStep(master);
    expect(await askHost(master, 'GET after')).toBe('$1 2');
    expect(await holderOf(vip)).toBe(heir);
    expect(await ask('GET after')).toBe('$1 2');
    expect(await applied(inventory)).toContain('No changes');
    await isWell(inventory);
  });

  test('an edited setting rolls: the replica first, the data stay', async () => {
    const master = await holderOf(vip);
    await applied(edited(inventory, '"maxmemory": "256mb"', '"maxmemory": "128mb"'));
    expect(await ask('CONFIG GET maxmemory')).toContain(String(128 * 1024 * 1024));
    expect(await ask('GET before')).toBe('$1 1');
    expect(await holderOf(vip)).toBe(master);
    await inStep(peerOf(master));
  });
});

describeLab("a service of one's own", () => {
  const inventory = edited('examples/own-service.json');
  const url = `http://${network}.211/`;
  const greetings = async () => {
    const replies = await Promise.all([1, 2, 3, 4].map(() => fetchUrl(url)));
    return [...new Set(replies.map((reply) => reply?.body.trim()))].sort();
  };
  const answering = (what: string, ...expected: string[]) =>
    eventually(what, async () => (await greetings()).join() === expected.join(), 200);

  beforeAll(() => lab('reset', '--alone', ...pair));

  test('two bare hosts serve it', async () => {
    await applied(inventory);
    await answering('both', 'Good morning from ethyl', 'Good morning from fred');
    expect(await applied(inventory)).toContain('No changes');
    await isWell(inventory);
  });

  test("a host that its own check takes out gets no request, and the holder's death is survived", async () => {
    on('ethyl', 'touch /etc/hello.pause');
    await answering('fred alone', 'Good morning from fred');
    on('ethyl', 'rm /etc/hello.pause');
    await answering('both again', 'Good morning from ethyl', 'Good morning from fred');
    await without('fred', () => answering('ethyl alone', 'Good morning from ethyl'));
    await answering('both after the kill', 'Good morning from ethyl', 'Good morning from fred');
    expect(await applied(inventory)).toContain('No changes');
    await isWell(inventory);
  });

  test('an edited text is what both say', async () => {
    await applied(edited(inventory, 'Good morning', 'Good \\"evening\\" $HOME'));
    await answering('the new text', 'Good "evening" $HOME from ethyl', 'Good "evening" $HOME from fred');
  });
});

describeLab('two balancers, two backends, two VIPs', () => {
  const inventory = edited('examples/four-nodes.json');
  const [east, west] = [`${network}.212`, `${network}.213`];
  const serversOf = async (vip: string, requests = 4) => {
    const replies = await Promise.all(
      Array.from({ length: requests }, () => fetchUrl(`http://${vip}/`, {}, 10_000)),
    );
    return [...new Set(replies.map((reply) => reply?.server ?? 'nobody'))].sort().join();
  };
  const serving = (what: string, servers: string) =>
    eventually(
      what,
      async () =>
        (await Promise.all([east, west].map((vip) => serversOf(vip)))).every((found) => found === servers),
      200,
    );
  const masters = () => [east, west].map((vip) => holders(pair, vip).join('+')).join();

  beforeAll(() => lab('reset', '--alone', 'fred', 'ethyl', 'lucy', 'ricky'));

  test('four bare hosts serve both VIPs, each balancer the master of one', async () => {
    await applied(inventory);
    await eventually('each VIP at its own balancer', () => masters() === 'fred,ethyl');
    await serving('both backends through both VIPs', 'lucy,ricky');
    expect(on('lucy', 'rpm -q haproxy keepalived || :')).toContain('haproxy is not installed');
    expect(on('fred', 'rpm -q httpd || :')).toContain('httpd is not installed');
    expect(await applied(inventory)).toContain('No changes');
    await isWell(inventory);
  });

  test('a balancer dies: the other one has both VIPs; it comes back: each has its own', async () => {
    await without('fred', async () => {
      await serving('both VIPs answering without fred', 'lucy,ricky');
      expect(holders(['ethyl'], east)).toEqual(['ethyl']);
      expect(holders(['ethyl'], west)).toEqual(['ethyl']);
    });
    await eventually('each VIP at its own balancer again', () => masters() === 'fred,ethyl', 200);
  });

  test('a backend dies: once its checks have failed no request does', async () => {
    await without('ricky', async () => {
      await serving('lucy alone', 'lucy');
      for (const vip of [east, west]) expect(await serversOf(vip, 50)).toBe('lucy');
    });
    await serving('ricky too', 'lucy,ricky');
    expect(await applied(inventory)).toContain('No changes');
    await isWell(inventory);
  });
});
