import { whoRunsScripts } from '../../src/ha/script-user';
import { conf } from './conf';

const asNobody = 'enable_script_security\n    script_user nobody';

test.each<[string, string, string, string | undefined]>([
  ['the same', conf({ globals: asNobody }), conf({ globals: asNobody, priority: 9 }), undefined],
  ['no scripts', 'global_defs {\n}\n', `global_defs {\n  ${asNobody}\n}\n`, undefined],
  [
    'root’s become nobody’s',
    conf(),
    conf({ globals: asNobody, more: '    notify_master "/etc/keepalived/up.sh eth0"' }),
    'as nobody, and ran them as keepalived_script, or root where there is no such user before',
  ],
  [
    'of another user',
    conf({ globals: 'script_user root' }),
    conf({ globals: asNobody }),
    'as nobody, and ran them as root before',
  ],
  [
    'of the default again',
    conf({ globals: 'script_user root' }),
    conf(),
    'ran them as root before: see that that user may',
  ],
  [
    'named with a new script: that one is meant',
    conf({ globals: asNobody }),
    conf({ globals: asNobody, more: '    notify /etc/keepalived/n.sh root' }),
    undefined,
  ],
  [
    'named with the script, whatever the others’ is',
    conf({ globals: 'script_user root', more: '    notify "/etc/keepalived/n.sh x" app' }),
    conf({
      globals: asNobody,
      script: 'interval 1\n    user root',
      more: '    notify "/etc/keepalived/n.sh x" app',
    }),
    undefined,
  ],
  [
    'named with the script from now on',
    conf({ globals: asNobody, more: '    notify /etc/keepalived/n.sh' }),
    conf({ globals: asNobody, more: '    notify /etc/keepalived/n.sh app' }),
    'scripts (/etc/keepalived/n.sh) as app, and ran them as nobody before: see that app may',
  ],
  [
    'one script of two users, and one of them no more',
    conf({ more: '    notify_master "/etc/n.sh a" root\n    notify_backup "/etc/n.sh b"' }),
    conf({ more: '    notify_master "/etc/n.sh a" root\n    notify_backup "/etc/n.sh b" root' }),
    undefined,
  ],
])('%s', (_, from, to, expected) => {
  const said = whoRunsScripts(from, to);
  if (expected === undefined) expect(said).toBeUndefined();
  else expect(said).toContain(expected);
});

const notify = { more: '    notify /etc/keepalived/n.sh' };

test('they are named, by their paths', () => {
  expect(whoRunsScripts(conf(notify), conf({ globals: asNobody, ...notify }))).toContain(
    '(/usr/libexec/keepalived/haprov-haproxy-answers, /etc/keepalived/n.sh)',
  );
});

test('a new one is not among them: nobody ran it before', () => {
  expect(whoRunsScripts(conf(), conf({ globals: asNobody, ...notify }))).not.toContain('n.sh');
});
