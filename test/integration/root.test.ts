import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describeLab, haprov, inventoryFile, lab, on } from '../support/lab';

/** Who is not root becomes it by another program, whoever logs in; the hosts have the real sudo. */

const hosts = ['fred', 'ethyl'];
const standIn = (path: string) => `printf '#!/bin/sh\\nexec sudo "$@"\\n' >${path} && chmod 755 ${path}`;

describeLab('root by another program', () => {
  beforeAll(() => {
    lab('reset', '--alone', ...hosts);
    for (const host of hosts)
      on(
        host,
        `useradd -m strict && cp -a ~deploy/.ssh ~strict/.ssh && chown -R strict: ~strict/.ssh && usermod -p '*' strict &&
         umask 227 && printf 'strict ALL=(ALL) NOPASSWD: ALL\\nDefaults:strict requiretty\\n' >/etc/sudoers.d/strict &&
         umask 22 && ${standIn('/usr/bin/doas')} && ${standIn('/usr/local/bin/as-root')}`,
      );
  });

  /** An inventory whose hosts are to have one file that only root can write. */
  function wanting(content: string, ssh: object): string {
    const inventory = inventoryFile((one) => {
      const { name, hosts: machines } = one;
      for (const key of Object.keys(one)) delete one[key];
      Object.assign(one, { name, hosts: machines, ssh, playbooks: ['one'] });
    });
    const resource = { type: 'file', path: '/etc/of-root', mode: '0600', content };
    const playbook = join(dirname(inventory), 'playbooks/one.json');
    mkdirSync(dirname(playbook));
    writeFileSync(playbook, JSON.stringify({ tasks: [{ name: 'One', resources: [resource] }] }));
    return inventory;
  }

  describe.each(['ssh2', 'openssh'])('%s', (transport) => {
    test.each([
      ['sudo without a password', { user: 'deploy' }],
      ['sudo with a password', { user: 'careful', sudoPassword: 'lab-sudo-password' }],
      ['sudo with a password that it does not want', { user: 'deploy', sudoPassword: 'unwanted' }],
      ['sudo for root', { user: 'root', sudo: true }],
      ['doas, as its words are (a stand-in)', { user: 'deploy', become: 'doas' }],
      ['words of the user’s own', { user: 'deploy', become: ['as-root', '-n', '-u', 'root'] }],
    ])('%s: plan, apply, and all is as it was said', async (way, ssh) => {
      const content = `${transport}: ${way}\n`;
      const inventory = wanting(content, { transport, ...ssh });
      expect(await haprov('plan', inventory)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('Plan: 1 change on fred, 1 on ethyl'),
      });
      expect(await haprov('apply', inventory, '--yes', '--steady', '0')).toMatchObject({ code: 0 });
      for (const host of hosts)
        expect(on(host, 'stat -c "%U %a" /etc/of-root; cat /etc/of-root')).toBe(`root 600\n${content}`);
      expect((await haprov('plan', inventory)).stdout).toContain('No changes');
    });

    test.each([
      ['sudo that wants a password', { user: 'careful' }, 'sudo needs a password', 'ssh.sudoPassword'],
      [
        'a wrong password',
        { user: 'careful', sudoPassword: 'wrong' },
        'sudo did not accept the password',
        'ssh.sudoPassword',
      ],
      ['requiretty', { user: 'strict' }, 'sudo wants a terminal (requiretty)', '!requiretty'],
      [
        'a program that is not there',
        { user: 'deploy', become: ['dzdo'] },
        'dzdo is not installed there',
        'ssh.become',
      ],
    ])('%s is told of by both hosts, with what mends it', async (_, ssh, reason, hint) => {
      const { code, stdout } = await haprov('plan', wanting('', { transport, ...ssh }));
      const said = stdout.replace(/\s+/g, ' ');
      expect([code, said]).toEqual([3, expect.stringContaining(hint)]);
      expect(said.split(`): not planned: ${reason}: `)).toHaveLength(1 + hosts.length);
    });
  });
});
