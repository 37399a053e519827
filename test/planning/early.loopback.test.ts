import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../../src/errors';
import type { Context } from '../../src/planning/context';
import { loadAndConnect } from '../../src/planning/desired-state';
import { makePlan } from '../../src/planning/planning';
import { statusObserver } from '../../src/planning/status-observer';
import { type CountingProxy, countingProxy } from '../support/counting-proxy';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { publicLine, type SshServer, startSshServer } from '../support/ssh-server';

/** Hosts are connected to while playbooks and templates are looked at, and hear nothing where those are wrong. */

let files: SshFiles;
let server: SshServer;
let proxy: CountingProxy;
let inventory: string;
const context = {
  env: {},
  keepSecret: () => undefined,
  emit: () => undefined,
  stopping: new AbortController().signal,
} as unknown as Context;

beforeEach(async () => {
  files = sshFiles();
  server = await startSshServer({ users: { root: { publicKey: files.publicKey } } });
  proxy = await countingProxy(server.port);
  files.write('known_hosts', `[127.0.0.1]:${proxy.port} ${publicLine(server.hostKeys[0] ?? '')}\n`);
  inventory = join(files.folder, 'inventory.json');
});
afterEach(async () => {
  await proxy.close();
  await server.close();
  files.remove();
});

function say(more: object): void {
  const host = { address: '127.0.0.1', ssh: { user: 'root', port: proxy.port, configFile: 'config' } };
  writeFileSync(inventory, JSON.stringify({ hosts: { fred: host }, playbooks: ['./own.json'], ...more }));
}

const wrong = { resources: [{ type: 'file', path: 'not absolute', content: '' }] };
const options = () => ({ inventory, json: false });

test.each([
  ['plan', () => makePlan(options(), context)],
  ['status', () => statusObserver(options(), context).look()],
])('%s: where a playbook is wrong, the connection ends, and nobody has logged in', async (_, look) => {
  say({});
  files.write('own.json', JSON.stringify(wrong));
  await expect(look()).rejects.toThrow(InputError);
  // The connection may not even have begun.
  while (proxy.open > 0) await new Promise((resolve) => proxy.events.once('end', resolve));
  expect(server.logins).toEqual([]);
});

test('nobody is connected to where the inventory is wrong; else before playbooks are looked at', async () => {
  const begun: string[] = [];
  const load = () =>
    loadAndConnect({ inventory }, context, ({ hosts }) => void begun.push(...hosts.map(({ name }) => name)));
  say({ vips: { front: { address: 'nowhere' } } });
  await expect(load()).rejects.toThrow(InputError);
  expect(begun).toEqual([]);
  say({});
  await expect(load()).rejects.toThrow(InputError);
  expect(begun).toEqual(['fred']);
});
