import { besideLimit } from '../../src/execution/beside-limit';
import type { Context } from '../../src/planning/context';
import { Opened } from '../../src/planning/hosts';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { answers, publicLine, type SshServer, startSshServer } from '../support/ssh-server';

/** Who is at work on the other hosts of a VIP, where a run is limited to one. */

let files: SshFiles;
let server: SshServer;
const opened = new Opened();

beforeEach(async () => {
  files = sshFiles();
  const busy = 'lock=run9 1 bob@laptop\nlock-state=committed\nlock-alive=yes\n';
  server = await startSshServer({
    users: { root: { publicKey: files.publicKey } },
    commands: { 'env LC_ALL=C sh -s': answers({ stdout: busy }) },
  });
  files.write('known_hosts', `[127.0.0.1]:${server.port} ${publicLine(server.hostKeys[0] ?? '')}\n`);
});
afterEach(async () => {
  opened.close();
  await server.close();
  files.remove();
});

const asked: string[] = [];
const context = {
  env: {},
  emit: () => undefined,
  askSecret: async ({ host }: { host: string }) => void asked.push(host),
  askHostKey: async () => void asked.push('key'),
} as unknown as Context;

function beside(user: string) {
  const host = (name: string) => ({
    name,
    address: '127.0.0.1',
    ssh: { user, port: server.port, configFile: files.path('config'), identityFiles: [] },
  });
  const all = ['fred', 'ethyl', 'lucy'].map(host);
  const vip = (...names: string[]) => ({
    members: all.filter(({ name }) => names.includes(name)).map((one) => ({ host: one })),
  });
  const planned = {
    inventory: { vips: [vip('fred', 'ethyl'), vip('lucy')] },
    plan: { hosts: [{ host: 'fred', changes: [{}] }] },
    survey: { hosts: [{ name: 'fred' }] },
  };
  return besideLimit(planned as never, { inventory: 'pair.json', json: false }, context, opened);
}

test('the host that shares the VIP is asked, and no other', async () => {
  const found = beside('root');
  expect([...found.keys()]).toEqual(['ethyl']);
  expect(await found.get('ethyl')?.atWork()).toMatchObject({ run: 'run9', owner: 'bob@laptop', alive: true });
});

test('nobody is asked for a password, and a login that fails is told when somebody wants to know', async () => {
  const found = beside('nobody');
  await expect(found.get('ethyl')?.atWork()).rejects.toThrow(/^ethyl: /);
  expect(asked).toEqual([]);
});
