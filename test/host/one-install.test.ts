import { inOneInstall } from '../../src/host/one-install';
import type { TitledStep } from '../../src/host/transaction';
import { install } from '../../src/shell/install';

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

test('what is installed together is looked for before and after, and has the time of all', () => {
  const [one] = inOneInstall(['httpd', 'haproxy'].map(stepOf));
  expect(one?.step).toEqual({
    phase: 'prepare',
    installs: ['httpd', 'haproxy'],
    limitSeconds: 1800,
    check: 'check_packages_absent httpd haproxy',
    run: 'install_packages httpd haproxy',
    verify: 'verify_packages httpd haproxy',
  });
});
