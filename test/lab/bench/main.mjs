#!/usr/bin/env node
// What haprov costs, beside what SSH alone and other tools cost; see docs/performance.md. `--help` says what it takes.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { contest, rest } from './contest.mjs';
import * as lab from './lab.mjs';
import { run } from './measure.mjs';
import { markdown, plot } from './report.mjs';
import * as rivals from './rivals.mjs';

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean' },
    only: { type: 'string' },
    hosts: { type: 'string', default: '20,100' },
    out: { type: 'string' },
    'no-rivals': { type: 'boolean' },
  },
});
const parts = ['start', 'noop', 'far', 'first', 'push', 'many'];
if (options.help) {
  process.stdout.write(`npm run bench -- [--quick] [--only ${parts.join(',')}] [--hosts 20,100,500] [--no-rivals] [--out FOLDER]
  --quick      few rounds, and writes nothing unless --out says where
  --out        where performance.md and performance.svg are; default: docs\n`);
  process.exit(0);
}
const chosen = options.only?.split(',') ?? parts;
const unknown = chosen.filter((part) => !parts.includes(part));
if (unknown.length > 0)
  throw new Error(`--only: no part is called ${unknown.join(', ')}; there are ${parts.join(', ')}`);
const few = options.quick ?? false;
const out = options.out ?? (few ? undefined : 'docs');
const { has, all } = rivals.available();
const isRival = (name) => !options['no-rivals'] && has[name];

const haprov = (command, { config = 'none', file = lab.inventory, more = [] } = {}) => [
  process.execPath,
  'dist/haprov.js',
  ...[command, file, '-q', '--identity', lab.key, '--known-hosts', lab.knownHosts, '--ssh-config', config],
  ...(['apply', 'push'].includes(command) ? ['--yes'] : []),
  ...more,
];
/** `ssh HOST true` on all at once; fails where one fails. */
const ssh = (config, names = lab.hosts) => [
  'bash',
  '-c',
  `config=$1; shift; pids=; bad=0
   for host; do ssh -n -F "$config" "$host" true & pids="$pids $!"; done
   for pid in $pids; do wait $pid || bad=$((bad + 1)); done
   [ $bad = 0 ] || { echo "$bad of $# logins failed" >&2; exit 1; }`,
  'bash',
  config,
  ...names,
];
const must = async (words) => {
  const made = await run(words);
  if (made.code !== 0) throw new Error(`${words.slice(1, 4).join(' ')}: exit ${made.code}: ${made.said}`);
  return made;
};
const rounds = (full, short) => (few ? short : full);
const ansibles = (config, more) => [
  ...(isRival('Ansible')
    ? [{ name: 'Ansible, pipelining', ...rivals.ansible(config, lab.hosts, more) }]
    : []),
  ...(isRival('mitogen')
    ? [{ name: 'Ansible, mitogen', ...rivals.ansible(config, lab.hosts, { ...more, isMitogen: true }) }]
    : []),
];

async function start() {
  const contestants = [
    { name: 'node -e 0', words: [process.execPath, '-e', '0'], floor: true },
    { name: 'haprov --help', words: [process.execPath, 'dist/haprov.js', '--help'] },
    {
      name: 'haprov lint, no host asked',
      words: [process.execPath, 'dist/haprov.js', 'lint', lab.inventory],
    },
  ];
  return [await contest('The start', contestants, { rounds: rounds(15, 3), minutes: 1 })];
}

async function noop() {
  const open = lab.openConfig();
  for (const host of lab.hosts) await must(['ssh', '-f', '-N', '-M', '-F', open, host]);
  const master = 'ssh HOST true, connection open';
  const contestants = [
    { name: 'ssh HOST true', words: ssh(lab.plain), floor: true },
    ...['plan', 'apply', 'status'].map((command) => ({ name: `haprov ${command}`, words: haprov(command) })),
    { name: master, words: ssh(open) },
    { name: 'haprov plan, connection open', words: haprov('plan', { config: open }), against: master },
    ...(isRival('clush') ? [{ name: 'clush true', words: rivals.clush(lab.plain, lab.hosts) }] : []),
    ...ansibles(lab.plain),
  ];
  const made = await contest('Nothing to do, two hosts', contestants, { rounds: rounds(9, 2), minutes: 3 });
  for (const host of lab.hosts) await run(['ssh', '-q', '-O', 'exit', '-F', open, host]);
  return [{ ...made, about: 'The rows over an open ControlMaster are compared with ssh over the same.' }];
}

async function far() {
  const network = await lab.farAway(100);
  const { config } = network;
  const contestants = [
    { name: 'ssh HOST true', words: ssh(config), floor: true },
    ...['plan', 'apply', 'status'].map((command) => ({
      name: `haprov ${command}`,
      words: haprov(command, { config }),
    })),
    ...ansibles(config).slice(0, 1),
  ];
  const made = await contest('Nothing to do, two hosts, a round trip of 100 ms', contestants, {
    rounds: rounds(7, 2),
    minutes: 2,
  });
  for (const row of made.rows) {
    network.reset();
    await run(row.words, { env: row.env });
    const { up, down, turns, connections } = await network.counts();
    const each = lab.hosts.length;
    row.counts = { up: up / each, down: down / each, turns: turns / each, connections };
  }
  network.close();
  return [
    {
      ...made,
      about:
        'Bytes and round trips are of one host, from its first byte on; TCP’s own handshake is one more.',
    },
  ];
}

async function first() {
  const before = () => void lab.bare();
  const contestants = [
    { name: 'haprov apply', words: haprov('apply', { more: ['--no-color'] }) },
    ...ansibles(lab.plain),
  ].map((one) => ({ ...one, before, isNew: true, floor: one.name === 'Ansible, pipelining' }));
  const made = await contest('The first apply, two bare hosts', contestants, {
    rounds: rounds(3, 1),
    minutes: 4,
  });
  lab.bare();
  await must(haprov('apply'));
  return [{ ...made, about: 'haprov waits until the pair serves. Compared with Ansible and pipelining.' }];
}

/** What nobody can do without: the reloads themselves, one host after the other, and `--steady` on each. */
async function floorOfPush() {
  const steady = 2;
  let reloads = 0;
  for (const host of lab.hosts)
    reloads += (await must(['ssh', '-n', '-F', lab.plain, host, 'systemctl reload haproxy'])).wall;
  return { code: 0, wall: reloads + steady * lab.hosts.length, cpu: 0, said: '' };
}

async function push() {
  let nth = 0;
  const words = () => haprov('push', { file: [lab.edited, lab.inventory][nth++ % 2] });
  let turn = 0;
  const edits = ['edited', 'as-it-is'];
  const contestants = [
    { name: 'reloads by ssh and 2 s for each', act: floorOfPush, floor: true },
    { name: 'haprov push', act: (watch) => run(words(), { watch }) },
    ...(isRival('Ansible')
      ? [
          {
            name: 'Ansible, pipelining, both at once, no gate',
            act(watch) {
              const { words, env } = rivals.ansible(lab.plain, lab.hosts, { edit: edits[turn++ % 2] });
              return run(words, { env, watch });
            },
          },
        ]
      : []),
  ];
  // Both tools change the same line, so each begins where the other has left it: the edit is one or the other's.
  const settled = contestants.map((one) => ({
    ...one,
    before: () =>
      must(haprov('push', { file: lab.inventory })).then(() => {
        nth = 0;
        turn = 0;
      }),
  }));
  const made = await contest('A push of one edit of haproxy.cfg, two hosts', settled, {
    rounds: rounds(5, 1),
    minutes: 3,
  });
  await must(haprov('push'));
  return [
    {
      ...made,
      about:
        'One host after the other, each with its gate; compared with the reloads themselves and `--steady`.',
    },
  ];
}

async function many() {
  const sections = [];
  for (const count of options.hosts.split(',').map(Number)) {
    const made = lab.many(count, false);
    const file = join(lab.folder, `many-${count}.json`);
    lab.writeMany(file, made);
    const addresses = made.map(({ address }) => address);
    const floor = isRival('clush') ? 'clush true' : 'ssh HOST true, all at once';
    const contestants = [
      { name: 'ssh HOST true, all at once', words: ssh(lab.plain, addresses) },
      ...(isRival('clush') ? [{ name: 'clush true', words: rivals.clush(lab.plain, addresses) }] : []),
      { name: 'haprov plan', words: haprov('plan', { file }) },
    ].map((one) => ({ ...one, floor: one.name === floor }));
    const section = await contest(`Nothing to do, ${count} hosts`, contestants, {
      rounds: rounds(3, 1),
      minutes: count > 100 ? 6 : 2,
    });
    sections.push({
      ...section,
      about: 'Addresses on two containers, whose sshd takes all logins at once; compared with clush.',
    });
    if (count !== 100) continue;
    lab.many(count, true);
    const strict = contestants.map((one) => ({ ...one, name: `${one.name}` }));
    const title = 'Nothing to do, 100 hosts that share two sshd with OpenSSH’s own MaxStartups';
    sections.push({
      ...(await contest(title, strict, { rounds: rounds(2, 1), minutes: 2 })),
      about: 'Logins that sshd turns away fail there, unless they are tried again.',
    });
  }
  return sections;
}

function machine(kind) {
  const [cpu] = cpus();
  const gigabytes = (totalmem() / 2 ** 30).toFixed(0);
  const missing = all
    .filter(({ isThere }) => !isThere)
    .map(({ name, package: from }) => `${name} (Debian’s \`${from}\`)`);
  return [
    `${new Date().toISOString().slice(0, 10)}: ${cpus().length} cores (${cpu?.model.trim()}) and ${gigabytes} GiB for the client and all hosts, Linux ${release()}, Node ${process.version}; hosts: ${kind}.`,
    ...(missing.length > 0 ? [`Not on this machine, and so not in the tables: ${missing.join(', ')}.`] : []),
  ].join(' ');
}

const begin = '<!-- written by npm run bench: begin -->';
const end = '<!-- written by npm run bench: end -->';

function write(sections, kind) {
  const text = markdown(sections, machine(kind));
  process.stdout.write(`${text}\n`);
  if (out === undefined) return;
  const file = join(out, 'performance.md');
  const old = existsSync(file) ? readFileSync(file, 'utf8') : `# Performance\n\n${begin}\n${end}\n`;
  const [before, rest] = old.split(begin);
  const after = rest?.split(end)[1];
  if (after === undefined) throw new Error(`${file} has no lines "${begin}" and "${end}"`);
  writeFileSync(file, `${before}${begin}\n${text}${end}${after}`);
  writeFileSync(join(out, 'performance.svg'), plot(sections));
}

for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    lab.close();
    process.exit(130);
  });
const kind = lab.raise();
try {
  lab.bare();
  await must(haprov('apply'));
  if (isRival('Ansible')) rivals.writeRecipe();
  await rest();
  const work = { start, noop, far, first, push, many };
  const sections = [];
  for (const part of chosen) sections.push(...(await work[part]()));
  write(sections, kind);
} finally {
  lab.close();
}
