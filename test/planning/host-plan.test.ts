import { questionsOf, readinessOf } from '../../src/planning/host-plan';
import { withFiles } from '../bad-input/cases';
import { recorder } from '../commands/recorder';
import { loadDesiredState } from '../support/load-inventory';

const resources = [
  { type: 'file', path: '/etc/haproxy/x', content: 'x', notify: { reload: 'haproxy' } },
  { type: 'service', unit: 'haproxy.service', running: true },
];
const files = {
  'inventory.json': JSON.stringify({
    hosts: { fred: { address: '10.0.0.1' } },
    groups: { web: ['fred'] },
    services: { site: { port: 80, backends: { group: 'web', port: 8080 } } },
    playbooks: ['./p.json'],
  }),
  'p.json': JSON.stringify({ tasks: [{ name: 'T', resources }] }),
};

test('a unit is one, whether or not it is written with ".service": asked once, and known as HAProxy', async () => {
  await withFiles({ files }, async (_folder, file) => {
    const { inventory, wanted } = loadDesiredState(file, recorder().context);
    const [[host, its] = []] = wanted;
    if (!host || !its) throw new Error('no host');
    expect(questionsOf(its).map(({ id }) => id)).toEqual([
      'file /etc/haproxy/x',
      'service haproxy.service',
      'secret-lines',
    ]);
    expect(readinessOf(inventory, host, its)).toMatchObject({ units: ['haproxy'], balances: true });
  });
});

test.each([true, false])('a port of a server that may be down (%s) is not waited for', async (mayBeDown) => {
  const raw = JSON.parse(files['inventory.json']);
  raw.services.site.backends = { port: 8080, servers: { fred: { mayBeDown } } };
  await withFiles({ files: { ...files, 'inventory.json': JSON.stringify(raw) } }, async (_folder, file) => {
    const { inventory, wanted } = loadDesiredState(file, recorder().context);
    const [[host, its] = []] = wanted;
    if (!host || !its) throw new Error('no host');
    expect(readinessOf(inventory, host, its).ports.includes(8080)).toBe(!mayBeDown);
  });
});
