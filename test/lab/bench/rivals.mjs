// The other tools, with the same recipe: the files that haprov wrote, the same packages, values and services.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { folder, hosts, onHost } from './lab.mjs';

const has = (program) => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};
const mitogen = '/usr/lib/python3/dist-packages/ansible_mitogen/plugins/strategy';

/** Which of them this machine has, and for the others the Debian package. */
export function available() {
  const all = [
    { name: 'clush', package: 'clustershell', isThere: has('clush') },
    { name: 'Ansible', package: 'ansible-core', isThere: has('ansible-playbook') },
    { name: 'mitogen', package: 'ansible-mitogen', isThere: has('ansible-playbook') && existsSync(mitogen) },
  ];
  return { has: Object.fromEntries(all.map((one) => [one.name, one.isThere])), all };
}

export const clush = (config, names, ...more) => [
  'clush',
  '-o',
  `-F ${config}`,
  ...more,
  '-w',
  names.join(','),
  'true',
];

const files = {
  '/etc/haproxy/haproxy.cfg': { mode: '0640', validate: 'haproxy -c -f %s', notify: 'haproxy' },
  '/usr/libexec/keepalived/haprov-haproxy-answers': { mode: '0755' },
  '/usr/libexec/keepalived/haprov-not-drained': { mode: '0755' },
  '/etc/keepalived/keepalived.conf': { mode: '0640', notify: 'keepalived' },
  '/etc/sysctl.d/99-zz-haprov.conf': { mode: '0644' },
};

/** Takes the files from the provisioned pair as templates, and writes Ansible's playbook. */
export function writeRecipe() {
  for (const host of hosts)
    for (const path of Object.keys(files)) {
      const text = onHost(host, `cat ${path}`);
      for (const edit of ['as-it-is', 'edited']) {
        const file = join(folder, edit, host, `${path}.j2`);
        mkdirSync(dirname(file), { recursive: true });
        const own = edit === 'edited' ? text.replace(/^(\s*maxconn) \d+/m, '$1 1999') : text;
        writeFileSync(file, `{% raw %}${own}{% endraw %}`);
      }
    }
  const template = ([path, { notify, ...rest }]) => ({
    name: path,
    template: { src: `${folder}/{{ edit }}/{{ inventory_hostname }}${path}.j2`, dest: path, ...rest },
    ...(notify ? { notify } : {}),
    ...(path.startsWith('/etc/sysctl.d/') ? { register: 'values' } : {}),
  });
  const [haproxy, ...others] = Object.entries(files).map(template);
  const service = (name) => ({ name, systemd: { name, enabled: true, state: 'started' } });
  const reload = (name) => ({ name, systemd: { name, state: 'reloaded' } });
  const line = {
    path: '/etc/httpd/conf/httpd.conf',
    regexp: '^\\s*Listen\\s+[0-9]+\\s*$',
    line: 'Listen 8080',
    validate: 'httpd -t -f %s',
  };
  const play = {
    hosts: 'all',
    vars: { edit: 'as-it-is' },
    tasks: [
      { name: 'packages', dnf: { name: ['httpd', 'haproxy', 'keepalived', 'psmisc'] } },
      { name: 'Listen', lineinfile: line, notify: 'httpd' },
      { name: 'folder', file: { path: '/usr/libexec/keepalived', state: 'directory', mode: '0755' } },
      ...others,
      haproxy,
      // Before HAProxy starts, which binds an address that is elsewhere.
      { name: 'values', command: 'sysctl -p /etc/sysctl.d/99-zz-haprov.conf', when: 'values.changed' },
      ...['httpd', 'haproxy', 'keepalived'].map(service),
    ],
    handlers: [...['httpd', 'haproxy', 'keepalived'].map(reload)],
  };
  writeFileSync(join(folder, 'play.json'), JSON.stringify([play]));
}

/** Ansible with pipelining, as words and environment; with mitogen by `isMitogen`. */
export function ansible(config, names, { isMitogen = false, edit = 'as-it-is', addresses = {} } = {}) {
  const list = join(folder, `inventory-${names.length}.ini`);
  writeFileSync(
    list,
    names.map((name) => `${name}${addresses[name] ? ` ansible_host=${addresses[name]}` : ''}\n`).join(''),
  );
  return {
    words: [
      'ansible-playbook',
      '-i',
      list,
      '-f',
      '50',
      '-e',
      `edit=${edit} ansible_user=root`,
      `--ssh-common-args=-F ${config}`,
      join(folder, 'play.json'),
    ],
    env: {
      ANSIBLE_PIPELINING: '1',
      ANSIBLE_LOCAL_TEMP: join(folder, 'ansible'),
      // Its open connections to the same names by another network are not to be used.
      ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, `cp-${basename(config)}`),
      ANSIBLE_RETRY_FILES_ENABLED: '0',
      ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
      ...(isMitogen ? { ANSIBLE_STRATEGY: 'mitogen_linear', ANSIBLE_STRATEGY_PLUGINS: mitogen } : {}),
    },
  };
}
