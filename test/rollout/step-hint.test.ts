import { resolve } from 'node:path';
import { hintFor, stepToMend } from '../../src/rollout/step-hint';

test.each([
  ['a file of the user’s own, by the path that he knows', 'conf/haproxy.cfg', 'mend conf/haproxy.cfg;'],
  ['one that is far away', '/srv/pair/haproxy.cfg', 'mend /srv/pair/haproxy.cfg;'],
  ['a template', 'templates/haproxy/haproxy.cfg.ejs', 'mend the template or the inventory;'],
  ['a text of the playbook', undefined, 'mend the template or the inventory;'],
])('what its validator refuses: %s', (_, origin, says) => {
  const entry = { part: 'validate', command: 'haproxy_check /etc/haproxy/haproxy.cfg', output: 'refused' };
  expect(hintFor({ ...entry, origin: origin && resolve(origin) })).toContain(says);
});

test.each([
  [
    'validate',
    'haproxy -c -f x',
    'the new haproxy refuses … so that it is not installed',
    'leave the package out',
  ],
  ['verify', 'dnf -y update', 'toys: no players\na script of a package failed', 'its words are above'],
  ['stage', 'dnf -y update', 'Error: Failed to download', 'is a repository enabled'],
  ['run', 'dnf -y update', '[Errno 28] No space left on device', 'make room on the host'],
  [
    'validate',
    'dnf -y update',
    '/var/lib/rpm has 12 kB left: No space left on device',
    'make room on the host',
  ],
  ['undo', 'dnf history undo 4', 'rpmdb open failed: Read-only file system', 'dmesg'],
  ['stage', 'dnf -y update', 'RPMDB already locked by 3067', 'another dnf or yum is at work'],
  ['stage', 'yum -y update', 'Existing lock /var/run/yum.pid: another copy is running', 'another dnf or yum'],
])('what fails of an update: %s of %s', (part, command, output, says) => {
  expect(hintFor({ part, command, output })).toContain(says);
});

const steps = ['/etc/haproxy/haproxy.cfg', '/etc/haproxy/hosts.map', '/etc/haproxy/certs/green.pem'].map(
  (target) => ({ target }),
);

test.each([
  [
    'a certificate in a folder, at the step of a map',
    1,
    "[/etc/haproxy/haproxy.cfg:4] : 'bind :443' : unable to load certificate from file '/etc/haproxy/certs/green.pem'.",
    2,
  ],
  [
    'a line of haproxy.cfg, at the step of a map',
    1,
    'parsing [/etc/haproxy/haproxy.cfg:4] : unknown keyword',
    0,
  ],
  ['the step’s own file', 0, '[/etc/haproxy/haproxy.cfg:4] : unknown keyword', 0],
  ['a file of another name that begins alike', 1, "unable to stat '/etc/haproxy/certs/green.pem.key'", 1],
  ['nothing that the run brings', 1, 'no such user', 1],
])('which file is to be mended: %s', (_, own, output, to) =>
  expect(stepToMend(output, steps[own], steps)).toBe(steps[to]),
);
