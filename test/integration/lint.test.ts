import { howToWatch } from '../../src/pair/drain-means';
import { casesIn, type FileCase, lintTexts } from '../lint/cases';
import { describeLab, lab, on } from '../support/lab';

/** What the real programs say of the files of which lint's rules speak, and of those of which they do not. */

const host = 'fred';

/** What a program says where a rule speaks; rules whose programs say nothing are not here. */
const patterns: Record<string, RegExp> = {
  'address-in-heading': /please use the 'bind' keyword/,
  'auth-without-effect': /does not support authentication|Truncating auth_pass/,
  'backend-not-there': /unable to find required (?:default|use)_backend/,
  'directive-gone': /not supported any ?more|doesn't exist anymore/,
  'nopreempt-with-master': /(?:nopreempt|preempt delay) will not work with initial state MASTER/,
  'tls-version-overridden': /no-sslv3\/no-tlsv1x are ignored/,
  'tracked-not-there': /not found, ignoring|doesn't exist - ignoring/,
  'unknown-keyword': /[Uu]nknown keyword '(?!})/,
  'unknown-state': /unknown state/,
  'vrid-clash': /both use VRID/,
  'weight-in-sync-group': /due to SYNC group/,
};

/** It says nothing where nothing comes of it, or a word may be of a build of one's own. */
const isQuieter = (rule: string) => ['tls-version-overridden', 'unknown-keyword'].includes(rule);

const put = ([name, text]: [string, string]) => `
  mkdir -p "$(dirname '${name}')" && base64 -d >'${name}' <<'END' || exit
${Buffer.from(text).toString('base64')}
END`;

/** Everything that both programs have against the files, in a folder of their own. */
const ask = (files: Record<string, string>) => `
  folder=$(mktemp -d) && cd "$folder" && cp /tmp/x.pem . || exit
  ${Object.entries(files).map(put).join('\n')}
  for file in $(find . -name '*.cfg'); do haproxy -c -f "$file" 2>&1; done
  # keepalived ends its own group of processes where scripts have a user.
  for file in $(find . -maxdepth 1 -name '*.conf'); do setsid -w keepalived -t -f "$file" 2>&1; done
  true
`;

const surroundings = `
  yum install -y -q haproxy keepalived >/dev/null 2>&1 || exit
  cd /tmp && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out c.pem -days 9 -subj /CN=x 2>/dev/null
  cat c.pem key.pem >x.pem
`;

describeLab('lint and the programs that it speaks of', () => {
  let versions: { haproxy: string; keepalived: string };

  beforeAll(() => {
    lab('reset', '--alone', host);
    on(host, surroundings);
    const version = (command: string) => /(\d+\.\d+\.\d+)/.exec(on(host, command))?.[1] ?? '';
    versions = { haproxy: version('haproxy -v'), keepalived: version('keepalived --version 2>&1') };
  });

  const known = casesIn<FileCase>('file-cases').filter(([, , { isUnsure }]) => !isUnsure);

  test.each(known)('%s: %s', (_name, _about, given) => {
    const found = lintTexts({ ...given, versions }).map(({ rule }) => rule);
    const said = on(host, ask(given.files));
    const heard = Object.entries(patterns).flatMap(([rule, pattern]) => (pattern.test(said) ? [rule] : []));
    const spoken = [...new Set(found)].filter((rule) => patterns[rule]).sort();
    const minded = heard.filter((rule) => spoken.includes(rule) || !isQuieter(rule)).sort();
    expect([spoken, said]).toEqual([minded, said]);
  });

  test('keepalived reads all of the block that drain and adopt advise', () => {
    const block = /^vrrp_script[\s\S]*^\}$/m.exec(howToWatch())?.[0] ?? '';
    const text = `global_defs {\n  script_user root\n  enable_script_security\n}\n${block}\nvrrp_instance v {\n  interface eth0\n  virtual_router_id 77\n  virtual_ipaddress {\n    192.0.2.9\n  }\n  track_script {\n    not_drained\n  }\n}\n`;
    const look =
      'setsid -w keepalived -t -f advised.conf 2>&1; echo "rc $?"; setsid timeout 12 keepalived -nldP -f advised.conf -p pid -r vrrp 2>&1';
    const said = on(host, `cd "$(mktemp -d)" || exit\n${put(['advised.conf', text])}\n${look}; true`);
    expect(said).toMatch(/^rc 0$/m);
    expect(said).toMatch(
      /Command = '\/usr\/bin\/test' '!' '-e' '\/var\/lib\/haprov\/drained'[\s\S]*Weight = -253\b/,
    );
  });
});
