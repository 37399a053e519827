import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { DrillReport } from '../../src/drill/drill-report';
import { addresses, describeLab, inventoryFile, lab, on, startHaprov, vip } from '../support/lab';
import { Scenario } from '../support/scenario';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import { type Sshd, startSshd } from '../support/sshd';

/**
 * Hosts of an SSH authority: a user certificate with principals, an end and a force-command is all that lets one in, the
 * hosts show certificates, and the way leads through two jump hosts.
 */

const hosts = ['fred', 'ethyl'] as const;
const user = userInfo().username;
const PORT = 2222;

describeLab('hosts of an SSH authority, behind two jump hosts', () => {
  let files: SshFiles;
  let hops: Sshd[];
  let inventory: string;

  const keygen = (...words: string[]) => execFileSync('ssh-keygen', ['-q', ...words]);
  const sign = (name: string, ...words: string[]) => {
    keygen('-t', 'ed25519', '-N', '', '-f', files.path(name));
    keygen('-s', files.path('ca'), '-I', name, '-V', '+2h', ...words, files.path(`${name}.pub`));
  };
  const text = (name: string) => readFileSync(files.path(name));
  const put = (host: string, path: string, name: string) => on(host, `umask 077; cat >${path}`, text(name));

  const haprov = (...words: string[]) =>
    startHaprov(words, {}, ['--ssh-config', files.path('config')]).finished;

  beforeAll(async () => {
    lab('reset', '--alone', ...hosts);
    files = sshFiles();
    keygen('-t', 'ed25519', '-N', '', '-f', files.path('ca'));
    // It runs what was asked for, as an authority's force-command does that only writes down what that was.
    sign('me', '-n', `root,${user}`, '-O', 'force-command=eval "$SSH_ORIGINAL_COMMAND"');
    for (const host of hosts) {
      sign(host, '-h', '-n', addresses[host] ?? '');
      on(host, 'mkdir -p /root/authority');
      put(host, '/root/authority/key', host);
      put(host, '/root/authority/key-cert.pub', `${host}-cert.pub`);
      put(host, '/root/authority/ca.pub', 'ca.pub');
      files.write(
        'sshd_config',
        [
          `Port ${PORT}`,
          'HostKey /root/authority/key',
          'HostCertificate /root/authority/key-cert.pub',
          'TrustedUserCAKeys /root/authority/ca.pub',
          'AuthorizedKeysFile none',
          'PasswordAuthentication no',
          'PidFile none',
          '',
        ].join('\n'),
      );
      put(host, '/root/authority/sshd_config', 'sshd_config');
      on(host, `systemd-run --unit authority-sshd $(command -v sshd) -D -f /root/authority/sshd_config`);
    }
    hops = [];
    for (const name of ['hop1', 'hop2']) {
      sign(name, '-h', '-n', '127.0.0.1');
      hops.push(
        await startSshd(
          files,
          `HostKey ${files.path(name)}`,
          `HostCertificate ${files.path(`${name}-cert.pub`)}`,
          `TrustedUserCAKeys ${files.path('ca.pub')}`,
          'AuthorizedKeysFile none',
        ),
      );
    }
    files.write('known_hosts', `@cert-authority * ${text('ca.pub')}`);
    files.write(
      'config',
      [
        ...hops.flatMap(({ port }, index) => [
          `Host hop${index + 1}`,
          'HostName 127.0.0.1',
          `Port ${port}`,
          `User ${user}`,
        ]),
        'Host hop*',
        'ProxyJump none',
        'Host *',
        'ProxyJump hop1,hop2',
        `IdentityFile ${files.path('me')}`,
        'IdentitiesOnly yes',
        `UserKnownHostsFile ${files.path('known_hosts')}`,
        'GlobalKnownHostsFile /dev/null',
        '',
      ].join('\n'),
    );
    inventory = inventoryFile((raw) => {
      raw.ssh = { ...(raw.ssh as object), user: 'root', port: PORT };
    });
  });

  afterAll(async () => {
    for (const host of hosts) on(host, 'systemctl stop authority-sshd; rm -rf /root/authority');
    await Promise.all(hops.map((hop) => hop.stop()));
    files.remove();
  });

  test('plan asks them, by ssh and the certificate', async () => {
    const { code, stderr, stdout } = await haprov('plan', inventory, '--verbose');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(`${stdout}${stderr}`).toContain(`${files.path('me')}-cert.pub is a certificate`);
  });

  test('apply, and a plan that changes nothing', async () => {
    const applied = await haprov('apply', inventory, '--yes');
    expect(applied).toMatchObject({ code: 0 });
    expect((await haprov('plan', inventory, '--exit-code')).code).toBe(0);
  });

  test('push', async () => {
    new Scenario(inventory).edit((raw) => {
      const services = raw.services as unknown as { cluster37: object };
      Object.assign(services.cluster37, { cookie: 'BALANCED' });
    });
    const pushed = await haprov('push', inventory, '--yes');
    expect(pushed).toMatchObject({ code: 0 });
    for (const host of hosts) expect(on(host, 'cat /etc/haproxy/haproxy.cfg')).toContain('cookie BALANCED');
  });

  test('status', async () => {
    const { stdout } = await haprov('status', inventory, '--json');
    expect(JSON.parse(stdout)).toMatchObject({ level: 'ok' });
    expect(stdout).toContain(vip);
  });

  test('drill', async () => {
    const { stdout } = await haprov('drill', inventory, '--yes', '--json', '--scenario', 'drain');
    const { results } = JSON.parse(stdout) as DrillReport;
    expect(results.map(({ scenario, status }) => `${scenario} ${status}`)).toEqual(['drain passed']);
  });

  test('without the certificate nobody gets in, and the reason says so', async () => {
    const other = files.path('other');
    keygen('-t', 'ed25519', '-N', '', '-f', other);
    keygen('-s', files.path('ca'), '-I', 'ended', '-n', 'root', '-V', '20200101:20200102', `${other}.pub`);
    files.write('config', readFileSync(files.path('config'), 'utf8').replace(files.path('me'), other));
    const { code, stdout } = await haprov('plan', inventory);
    expect(code).toBe(3);
    expect(stdout).toContain(`ssh-keygen -Lf ${other}-cert.pub`);
  });
});
