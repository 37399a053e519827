import { adminSocketFor } from '../../../src/ha/haproxy/admin-socket';
import { readConfiguration, readSections } from '../../../src/ha/haproxy/section';

/** How a HAProxy comes to take commands: a second line with the path of one that is there would be one too many. */
test.each([
  ['no socket', '', /^add "stats socket \/var\/lib\/haproxy\/stats mode 600 level admin" in its global/],
  [
    'the line that EL ships',
    'stats socket /var/lib/haproxy/stats',
    /^give the line "stats socket \/var\/lib\/haproxy\/stats" at line 2 "mode 600 level admin"$/,
  ],
  [
    'one at another path, with a mode and a level of its own',
    'stats socket /run/h.sock level operator mode 660',
    /^give the line "stats socket \/run\/h\.sock" at line 2 "mode 600 level admin" in place of its mode and level$/,
  ],
  ['a port alone, which would let in every user of the host', 'stats socket ipv4@127.0.0.1:9999', /^add /],
])('%s', (_, line, says) => {
  expect(adminSocketFor(readSections(`global\n ${line}\n`))).toMatch(says);
});

test('a line in one of several files is named with its file', () => {
  const { sections } = readConfiguration([
    { file: '/etc/haproxy/haproxy.cfg', text: 'global\n stats socket /a\n' },
  ]);
  expect(adminSocketFor(sections)).toContain(' at /etc/haproxy/haproxy.cfg:2 "mode');
});
