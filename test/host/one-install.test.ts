import { readHistory } from '../../src/host/history';
import { inOneInstall } from '../../src/host/one-install';
import { bootType, type Manifest, rehearsal, type TitledStep } from '../../src/host/transaction';
import { mergeRuns } from '../../src/library/log';
import { renderLog } from '../../src/report/log-text';
import { HostRun } from '../../src/rollout/host-run';
import type { HostVerbs } from '../../src/rollout/host-verbs';
import { install } from '../../src/shell/install';
import { count } from '../../src/text/format';
import fc from '../support/property';

/** Packages by their names; `!` is a command, anything else a folder. */
const stepOf = (word: string): TitledStep => {
  const names = word.split('+');
  const about = { title: word, type: 'any', target: word, action: 'create' };
  if (word === '!')
    return { ...about, isOpaque: true, step: { phase: 'prepare', check: ':', run: 'dnf module enable' } };
  if (word.startsWith('/')) return { ...about, step: { phase: 'prepare', check: ':', run: 'mkdir' } };
  return {
    ...about,
    title: `install ${names.join(' ')}`,
    action: 'install',
    step: { phase: 'prepare', limitSeconds: 900, ...install(names) },
  };
};

test.each([
  ['httpd haproxy keepalived+psmisc', ['install httpd haproxy keepalived psmisc']],
  ['httpd /srv haproxy /opt', ['install httpd haproxy', '/srv', '/opt']],
  ['httpd haproxy+httpd', ['install httpd haproxy']],
  ['httpd ! haproxy keepalived', ['install httpd', '!', 'install haproxy keepalived']],
  ['/srv', ['/srv']],
])('%s', (words, titles) => {
  expect(inOneInstall(words.split(' ').map(stepOf)).map(({ title }) => title)).toEqual(titles);
});

const change = fc.record({
  phase: fc.constantFrom('prepare' as const, 'commit' as const, 'service' as const),
  kind: fc.constantFrom('package', 'file', 'command', rehearsal, bootType),
  names: fc.uniqueArray(fc.constantFrom('httpd', 'haproxy', 'keepalived', 'psmisc'), { minLength: 1 }),
});

test('the plan, the line “done” and log count the same changes, however they are put together', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (all) => {
      const changes = all.map(({ phase, kind, names }) => ({
        type: kind,
        target: names.join(' '),
        action: kind === 'package' ? 'install' : 'update',
        isOpaque: kind === 'command',
        step:
          kind === 'package'
            ? { phase: 'prepare' as const, ...install(names) }
            : { phase, check: ':', run: ':' },
      }));
      const planned = all.filter(({ kind }) => kind !== rehearsal).length;
      let written = '';
      const verbs = {
        stage: async (_: object, manifest: Manifest) => {
          written = JSON.stringify(manifest);
          return 0;
        },
      } as unknown as HostVerbs;
      const around = { run: 'r', owner: 'me', command: 'apply', inventory: 'i', leaseSeconds: 60 };
      const run = new HostRun({ ...around, giveUpSeconds: 60, emit: () => {} }, verbs, {
        host: 'fred',
        changes,
      });
      await run.stage();
      const row = ['r', 'finished', '-', Buffer.from(written).toString('base64'), '-', 1, 2].join(' ');
      const [logged] = mergeRuns([['fred', readHistory(row)]]);
      const text = renderLog(logged ? [logged] : [], {
        color: false,
        columns: 200,
        full: false,
        inventory: 'i',
      });
      expect([run.changes, logged?.hosts[0]?.changes]).toEqual([planned, planned]);
      if (planned > 0) expect(text).toContain(`fred: finished, ${count(planned, 'change')}`);
    }),
    { numRuns: 60 },
  );
});

test('what is installed together is looked for before and after, and has the time of all', () => {
  const [one] = inOneInstall(['httpd', 'haproxy'].map(stepOf));
  expect(one?.step).toEqual({
    phase: 'prepare',
    installs: ['httpd', 'haproxy'],
    limitSeconds: 1800,
    check: 'check_packages_absent httpd haproxy',
    run: 'install_packages httpd haproxy',
    verify: 'verify_packages httpd haproxy',
    undo: 'undo_packages',
  });
});
