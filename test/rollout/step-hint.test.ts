import { resolve } from 'node:path';
import { hintFor } from '../../src/rollout/step-hint';

test.each([
  ['a file of the user’s own, by the path that he knows', 'conf/haproxy.cfg', 'mend conf/haproxy.cfg;'],
  ['one that is far away', '/srv/pair/haproxy.cfg', 'mend /srv/pair/haproxy.cfg;'],
  ['a template', 'templates/haproxy/haproxy.cfg.ejs', 'mend the template or the inventory;'],
  ['a text of the playbook', undefined, 'mend the template or the inventory;'],
])('what its validator refuses: %s', (_, origin, says) => {
  const entry = { part: 'validate', command: 'haproxy_check /etc/haproxy/haproxy.cfg', output: 'refused' };
  expect(hintFor({ ...entry, origin: origin && resolve(origin) })).toContain(says);
});
