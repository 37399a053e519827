import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proofOf } from '../../../src/report/page/proof';
import type { StatusFinding } from '../../../src/status/status';
import { shells } from '../../shell/sandbox';
import { healthy, statuses } from '../../support/statuses';

const folder = 'src/status/findings';
const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
/** Every name that a finding of status has. */
const rules = [
  ...new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/\brule:([^\n]*)/g)].flatMap(
        ([, rest = '']) => rest.match(/(?<=')[a-z-]+(?=')/g) ?? [],
      ),
    ),
  ),
];
const about: Omit<StatusFinding, 'rule'> = {
  level: 'broken',
  component: 'haproxy',
  host: 'fred',
  on: ['fred', 'ethyl'],
  vips: ['router37'],
  service: 'cluster37',
  server: 'ethyl',
  message: '',
  evidence: [],
  next: '',
};

test('each finding can be seen by a command, which every shell can read', () => {
  expect(rules.length).toBeGreaterThan(35);
  const proofs = rules.map((rule) => [rule, proofOf({ ...about, rule }, healthy)] as const);
  expect(proofs.filter(([, proof]) => !proof).map(([rule]) => rule)).toEqual([]);
  const script = proofs.map(([, proof]) => proof?.command).join('\n');
  for (const [program = 'sh', ...words] of shells)
    execFileSync(program, [...words, '-n', '-c', script], { stdio: 'pipe' });
});

test('what clients see is asked as they ask, and what a server says at its own port', () => {
  const [vip] = healthy.vips;
  if (!vip) throw new Error('no VIP');
  const asked = { ...healthy, vips: [{ ...vip, answers: [{ from: 'laptop', answers: true, port: 80 }] }] };
  expect(proofOf({ ...about, rule: 'vip-silent' }, asked)).toEqual({
    on: 'this machine',
    command: 'curl -m 2 -sv http://192.168.56.200:80/',
  });
  const down = statuses.backendDownOnOne;
  expect(proofOf({ ...about, rule: 'backend-down-on-one' }, down)).toEqual({
    on: 'fred, ethyl',
    command: "timeout 2 bash -c 'exec 3<>/dev/tcp/192.168.56.202/8080' && echo it connects",
  });
  // ssh knows neither the inventory's name of a host nor how the inventory reaches it.
  expect(proofOf({ ...about, rule: 'unreachable' }, healthy)).toEqual({
    on: 'this machine',
    command: 'haprov ssh fred -- true',
  });
});
