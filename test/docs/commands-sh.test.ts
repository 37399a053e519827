import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { buildProgram, program, removeProgram } from '../support/program';
import { notRun, walked } from './commands';
import { blocksOf, documents, fencesOf } from './pages';

/**
 * The commands of all pages that are not walked on the real pair: each is run by the program, in a folder that has what the
 * page counts on. Nobody answers at any host, so that what asks one ends with 3 when its words are right, and with 2 when not.
 */

beforeAll(buildProgram);
afterAll(removeProgram);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-docs-'));
  for (const name of ['bin', 'home', 'work/examples', 'work/clusters'])
    mkdirSync(join(folder, name), { recursive: true });
  const called = join(folder, 'called');
  writeFileSync(called, '');
  const tool = (name: string, script: string) =>
    writeFileSync(
      join(folder, 'bin', name),
      `#!/bin/sh\n${script}\nc=$?\necho "$c ${name} $*" >>'${called}'\nexit $c\n`,
      { mode: 0o755 },
    );
  tool('haprov', `timeout 200 '${process.execPath}' '${program}' "$@"`);
  tool(
    'npm',
    `'${process.execPath}' '${resolve('test/docs/has-script.cjs')}' '${resolve('package.json')}' "$@"`,
  );
  tool(
    'npx',
    `cd '${resolve('.')}' && '${process.execPath}' node_modules/jest/bin/jest.js --listTests $(echo "$*" | sed 's/^jest//') | grep -q .`,
  );
  const work = join(folder, 'work');
  cpSync('examples', join(work, 'examples'), { recursive: true });
  for (const name of readdirSync('examples').filter((entry) => entry.endsWith('.json')))
    unanswered(`examples/${name}`, join(work, 'examples', name));
  writeFileSync(join(work, 'hosts.ini'), '[web]\nfred ansible_host=192.0.2.1\n');
  for (const name of ['inventory', 'clusters/blog', 'clusters/shop'])
    unanswered('inventory.example.json', join(work, `${name}.json`));
  for (const [name, text] of Object.entries(configurations)) {
    for (const place of [
      name,
      ...(name.startsWith('haproxy') ? [] : [`backup/${host(name)}/etc/keepalived/keepalived.conf`]),
    ]) {
      mkdirSync(dirname(join(work, place)), { recursive: true });
      writeFileSync(join(work, place), text);
    }
  }
});
afterEach(() => rmSync(folder, { recursive: true }));

const nobody = (text: string) => text.replaceAll('192.168.56.', '192.0.2.');

/** A copy of an inventory with addresses that are nobody's (RFC 5737), so that no lab of this machine answers. */
function unanswered(file: string, copy: string): void {
  const inventory = JSON.parse(nobody(readFileSync(file, 'utf8')));
  writeFileSync(copy, JSON.stringify({ ...inventory, ssh: { ...inventory.ssh, port: 1 } }, null, 2));
}

const host = (file: string) => /-(.*)\.conf/.exec(file)?.[1] ?? 'fred';
const keepalived = (name: string, priority: number) =>
  `vrrp_instance front {\n    state BACKUP\n    interface eth0\n    virtual_router_id 41\n    priority ${priority}\n    advert_int 1\n    virtual_ipaddress {\n        192.0.2.9/24\n    }\n}\n# ${name}\n`;
const configurations: Record<string, string> = {
  'haproxy.cfg':
    'defaults\n    mode http\n    timeout connect 5s\n    timeout client 50s\n    timeout server 50s\nlisten www\n    bind :80\n    server fred 192.0.2.1:8080 check\n',
  'keepalived-fred.conf': keepalived('fred', 101),
  'keepalived-ethyl.conf': keepalived('ethyl', 100),
};

const blocks = documents.filter((page) => !walked.includes(page)).flatMap(blocksOf);
const titled = blocks
  .filter((block) => !notRun(block))
  .map((block) => [`${block.page}:${block.line}`, block] as const);

test.each(titled)('%s: every command is one that the program takes', (_title, { commands }) => {
  if (commands.startsWith('haprov init')) rmSync(join(folder, 'work/inventory.json'));
  if (!commands.includes('--out shop')) {
    mkdirSync(join(folder, 'work/shop'));
    unanswered('inventory.example.json', join(folder, 'work/shop/inventory.json'));
  }
  const { HAPROV_LAB: _lab, ...environment } = process.env;
  const { stderr, stdout } = spawnSync('bash', ['-c', nobody(commands)], {
    cwd: join(folder, 'work'),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...environment,
      PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
      HOME: join(folder, 'home'),
      HAPROV_STATS_PASSWORD: 'of-the-docs',
      EDITOR: 'true',
    },
  });
  const called = readFileSync(join(folder, 'called'), 'utf8').trim().split('\n');
  const wrong = called.filter((line) => !/^[03] (haprov|npm|npx) /.test(line));
  expect({ wrong, said: wrong.length > 0 ? `${stdout}${stderr}` : '' }).toEqual({ wrong: [], said: '' });
  // A command that a page shows is not left out because the one before it failed.
  const shown = commands.split('\n').filter((line) => /^(haprov|npm|npx) /.test(line)).length;
  expect(called.length).toBeGreaterThanOrEqual(Math.max(shown, 1));
});

test.each(documents)('%s shows no command outside of a block that is run', (page) => {
  const strange = fencesOf(page).filter(
    ({ language, text }) => language !== 'sh' && /^(haprov|npm|npx|\$EDITOR) /m.test(text),
  );
  expect(strange.map(({ line }) => line)).toEqual([]);
});
