import { anyHost, versionNumber } from '../../src/playbook/context';
import { withFiles } from '../bad-input/cases';
import { loadAll } from '../bad-input/check-all';

test('versions are numbers that compare as versions do', () => {
  const ascending = [
    '1.2.13',
    '1.3.5',
    '1.5',
    '1.5.19',
    '1.8',
    '2.0.4',
    '2.2.8',
    '2.4',
    '2.4.22',
    '2.10',
    '3.0-dev1',
    '3.0.11',
  ];
  const numbers = ascending.map(versionNumber);
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  expect(new Set(numbers).size).toBe(ascending.length);
  expect(versionNumber('2.2.8')).toBe(20208);
});

test('a template decides by the host’s own versions', async () => {
  const resource = { type: 'file', path: '/etc/x', template: 'my/x' };
  const files = {
    'inventory.json': JSON.stringify({ hosts: { fred: { address: '10.0.0.1' } }, playbooks: ['./p.json'] }),
    'p.json': JSON.stringify({ tasks: [{ name: 'T', resources: [resource] }] }),
    'templates/my/x.ejs':
      "<%= host.major %> <%= host.versions.haproxy >= 20400 ? 'new' : 'old' %> <%= host.versions.keepalived %>",
  };
  const known = [
    { major: 7, versions: { haproxy: '1.5', keepalived: '1.3.5' } },
    { major: 9, versions: { haproxy: '2.10.1', keepalived: '2.2.8' } },
  ];
  expect(
    await withFiles({ files }, (_folder, file) => {
      const [found] = loadAll(file).resources.get('fred') ?? [];
      return known.map((one) => found?.content?.({ ...anyHost, ...one }).toString());
    }),
  ).toEqual(['7 old 10305\n', '9 new 20208\n']);
});
