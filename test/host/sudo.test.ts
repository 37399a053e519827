import { recognizeRootFailure, rootShell } from '../../src/host/sudo';

const NEEDS = 'sudo needs a password';
const NOT_ALLOWED = 'the user may not run commands as root with sudo';
const WRONG = 'sudo did not accept the password';
const TTY = 'sudo wants a terminal (requiretty)';
const ABSENT = 'sudo is not installed there';
const BROKEN = 'sudo is broken there';

describe('recognizeRootFailure', () => {
  test.each<[string, string, string]>([
    ['EL7-EL10', NEEDS, 'sudo: a password is required\n'],
    [
      'EL8, no askpass',
      NEEDS,
      'sudo: a terminal is required to read the password; either use the -S option\n',
    ],
    ['EL6', NEEDS, 'sudo: sorry, a password is required to run sudo\n'],
    ['EL7', NEEDS, 'sudo: no tty present and no askpass program specified\n'],
    [
      'lecture first',
      NEEDS,
      '\nWe trust you have received the usual lecture.\n\nsudo: a password is required\n',
    ],
    ['sudo-rs', NEEDS, 'sudo: interactive authentication is required\n'],
    ['stdin ended', NEEDS, 'sudo: no password was provided\nsudo: a password is required\n'],
    ['sudoers', NOT_ALLOWED, 'pat is not in the sudoers file.  This incident will be reported.\n'],
    ['sudoers 1.9.13', NOT_ALLOWED, 'pat is not in the sudoers file.\n'],
    ['host', NOT_ALLOWED, 'Sorry, user pat may not run sudo on web1.\n'],
    ['command', NOT_ALLOWED, "Sorry, user pat is not allowed to execute '/usr/bin/sh -s' as root on web1.\n"],
    ['sudo-rs', NOT_ALLOWED, "sudo: I'm sorry pat. I'm afraid I can't do that\n"],
    [
      'wrong',
      WRONG,
      'Sorry, try again.\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n',
    ],
    ['wrong, thrice', WRONG, 'sudo: 3 incorrect password attempts\n'],
    ['requiretty EL6', TTY, 'sudo: sorry, you must have a tty to run sudo\n'],
    ['coreutils', ABSENT, "env: 'sudo': No such file or directory\n"],
    ['old coreutils', ABSENT, 'env: sudo: No such file or directory\n'],
    [
      'setuid lost',
      BROKEN,
      "sudo: effective uid is not 0, is /usr/bin/sudo on a file system with the 'nosuid' option set?\n",
    ],
    [
      'container',
      BROKEN,
      'sudo: The "no new privileges" flag is set, which prevents sudo from running as root.\n',
    ],
    [
      'syntax',
      BROKEN,
      '>>> /etc/sudoers.d/x: syntax error near line 1 <<<\nsudo: parse error in /etc/sudoers.d/x near line 1\n',
    ],
  ])('%s: %s', (_where, reason, stderr) => {
    const noise = 'bash: warning: setlocale: LC_ALL: cannot change locale (xx_XX)\nWelcome!\n';
    for (const text of [stderr, noise + stderr])
      expect(recognizeRootFailure(text, 'sudo')).toMatchObject({ reason, hint: expect.any(String) });
    const said = recognizeRootFailure(noise + stderr, 'sudo')?.said ?? '';
    expect(stderr).toContain(said);
    expect(said).not.toBe('');
  });

  test.each([
    ['a script’s own complaint', 'curl: a password is required\n'],
    ['a unit that names sudo', 'Unit sudo.service not found\n'],
    ['nothing', ''],
  ])('%s: not sudo', (_why, stderr) => {
    expect(recognizeRootFailure(stderr, 'sudo')).toBeUndefined();
  });
});

describe('other programs', () => {
  test.each<[string, string, string]>([
    ['no nopass', 'doas needs a password', 'doas: Authentication required\n'],
    ['no nopass, of old', 'doas needs a password', 'doas: Authorization required\n'],
    ['no rule', 'the user may not run commands as root with doas', 'doas: Operation not permitted\n'],
    [
      'no file',
      'doas is broken there',
      'doas: doas is not enabled, /etc/doas.conf: No such file or directory\n',
    ],
    ['no setuid', 'doas is broken there', 'doas: not installed setuid\n'],
    ['a mistake', 'doas is broken there', 'doas: syntax error at line 1\n'],
    ['absent', 'doas is not installed there', "env: 'doas': No such file or directory\n"],
    [
      'absent, busybox',
      'doas is not installed there',
      "env: can't execute 'doas': No such file or directory\n",
    ],
  ])('doas, %s: %s', (_where, reason, stderr) => {
    const found = recognizeRootFailure(`Welcome!\n${stderr}`, 'doas');
    expect(found).toMatchObject({ reason, hint: expect.any(String), said: stderr.trim() });
    expect(found?.password).toBeUndefined();
  });

  test('a program of the user’s own: that it is absent is known, what else it says is shown', () => {
    const absent = "env: 'p+run': No such file or directory\n";
    expect(recognizeRootFailure(absent, 'p+run')?.reason).toBe('p+run is not installed there');
    expect(recognizeRootFailure('sudo: a password is required\n', 'p+run')).toBeUndefined();
  });

  test.each([
    ['doas' as const, 'doas', "env LC_ALL=C doas -n sh -c '"],
    [['dzdo', '-p', 'a b'], 'dzdo', "env LC_ALL=C dzdo -p 'a b' sh -c '"],
  ])('%s', (become, becomes, begins) => {
    const shell = rootShell({ user: 'pat', sudo: 'auto', become, sudoPassword: 'sudo’s only' });
    expect(shell).toEqual({ becomes, command: expect.stringContaining(begins) });
    expect(rootShell({ user: 'root', sudo: 'auto', become })).toEqual({ command: 'env LC_ALL=C sh -s' });
  });
});

describe('rootShell', () => {
  test.each([
    ['root', 'auto', undefined, 'env LC_ALL=C sh -s'],
    ['deploy', 'auto', undefined, 'env LC_ALL=C sudo -n sh -s'],
    ['root', true, undefined, 'env LC_ALL=C sudo -n sh -s'],
    ['deploy', false, 'secret', 'env LC_ALL=C sh -s'],
  ] as const)('%s, sudo %s: %s %s', (user, sudo, sudoPassword, command) => {
    expect(rootShell({ user, sudo, sudoPassword })).toEqual({
      command,
      ...(command.includes('sudo') ? { becomes: 'sudo' } : {}),
    });
  });

  test('the password is not in the command, nor anything that csh or fish would read otherwise', () => {
    const shell = rootShell({ user: 'careful', sudo: 'auto', sudoPassword: 's3cret' });
    expect(shell.command).not.toContain('s3cret');
    expect(shell.command).not.toMatch(/[\\!\n]/);
    expect(shell.command.match(/'/g)).toHaveLength(2);
    expect(shell.dialogue?.password).toBe('s3cret');
  });

  test('who quotes the command says no mark of it', () => {
    const { command, dialogue } = rootShell({ user: 'careful', sudo: 'auto', sudoPassword: 'x' });
    expect(command).not.toContain(dialogue?.ready);
    expect(command).not.toContain(dialogue?.ask);
  });

  test('the marks differ from shell to shell', () => {
    const shell = () => rootShell({ user: 'careful', sudo: 'auto', sudoPassword: 'x' }).dialogue?.go;
    expect(shell()).not.toBe(shell());
  });
});
