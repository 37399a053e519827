#!/usr/bin/env node
// What haprov costs, beside what SSH alone costs: medians of `ssh HOST true` on both hosts at once, and of commands
// that change nothing, in turns, so that whatever else the machine does hits all alike. Another pair: bench.mjs ROUNDS
// INVENTORY STATE, where STATE is a folder with id_ed25519, known_hosts and ssh_config.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [rounds = '15', inventory = 'inventory.example.json', state = 'test/lab/.state'] = process.argv.slice(2);
const hosts = Object.keys(JSON.parse(readFileSync(inventory, 'utf8')).hosts);
const env = { HAPROV_STATS_PASSWORD: 'lab-stats-password', ...process.env, CI: '1', NO_COLOR: '1' };

const run = (...words) =>
  new Promise((done, fail) => {
    const child = spawn(words[0], words.slice(1), { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done() : fail(new Error(`${words.join(' ')}: exit ${code}`))));
  });
const login = ['--identity', join(state, 'id_ed25519'), '--known-hosts', join(state, 'known_hosts')];
const haprov =
  (command, config = 'none') =>
  () =>
    run(process.execPath, 'dist/haprov.js', command, inventory, '-q', ...login, '--ssh-config', config);
const onEach = (config, ...words) =>
  Promise.all(hosts.map((host) => run('ssh', '-n', '-F', config, ...words.map((word) => (word === 'HOST' ? host : word)))));
const plain = join(state, 'ssh_config');
// The same with a connection of the user's own to each host that is open already.
const folder = mkdtempSync(join(tmpdir(), 'haprov-bench-'));
const open = join(folder, 'ssh_config');
writeFileSync(open, `ControlPath ${folder}/%h\n${readFileSync(plain, 'utf8')}`);
await onEach(open, '-f', '-N', '-M', 'HOST');
const contestants = {
  'ssh HOST true': () => onEach(plain, 'HOST', 'true'),
  'haprov plan': haprov('plan'),
  'haprov status': haprov('status'),
  'ssh HOST true, open': () => onEach(open, 'HOST', 'true'),
  'haprov plan, open': haprov('plan', open),
};

const times = new Map(Object.keys(contestants).map((name) => [name, []]));
// The first round warms up, and is not counted.
for (let round = 0; round <= Number(rounds); round += 1) {
  for (const [name, contest] of Object.entries(contestants)) {
    const begun = performance.now();
    await contest();
    if (round > 0) times.get(name).push(performance.now() - begun);
  }
}
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
await onEach(open, '-q', '-O', 'exit', 'HOST');
rmSync(folder, { recursive: true });
for (const [name, list] of times) {
  const ms = median(list);
  const least = median(times.get(name.endsWith(', open') ? 'ssh HOST true, open' : 'ssh HOST true'));
  process.stdout.write(`${name.padEnd(20)} ${ms.toFixed(0).padStart(5)} ms  ${(ms / least).toFixed(2)} times ssh\n`);
}
