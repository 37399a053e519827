import { waysOf } from '../../src/host/ways';
import { type SshFiles, sshFiles } from '../support/ssh-files';

/** Which hosts of an inventory are on the way to which: `ssh` itself reads the config. */

let files: SshFiles;
beforeEach(() => {
  files = sshFiles();
});
afterEach(() => files.remove());

const ways = async (config: string[]) => {
  files.configure(...config);
  const target = (name: string, address: string) => files.target(22, { name, address });
  return Object.fromEntries(
    await waysOf([target('fred', '192.0.2.1'), target('ethyl', '192.0.2.2'), target('lucy', '192.0.2.3')]),
  );
};
const both = 'Host 192.0.2.2 192.0.2.3';

test.each<[string, string[], Record<string, string[]>]>([
  ['no host is on the way', ['Host *', 'ProxyJump bastion.example'], {}],
  ['by its address', [both, 'ProxyJump root@192.0.2.1'], { ethyl: ['fred'], lucy: ['fred'] }],
  [
    'by a name of the config',
    [both, 'ProxyJump gate', 'Host gate', 'HostName 192.0.2.1'],
    { ethyl: ['fred'], lucy: ['fred'] },
  ],
  ['behind another port somebody else may be', [both, 'ProxyJump root@192.0.2.1:2222'], {}],
  ['two on the way', ['Host 192.0.2.3', 'ProxyJump 192.0.2.1,192.0.2.2'], { lucy: ['fred', 'ethyl'] }],
  [
    'one that is reached through one',
    ['Host 192.0.2.3', 'ProxyJump gate', 'Host gate', 'ProxyJump 192.0.2.1'],
    { lucy: ['fred'] },
  ],
  [
    'by a ProxyCommand',
    [both, 'ProxyCommand ssh -q -W %h:%p root@192.0.2.1'],
    { ethyl: ['fred'], lucy: ['fred'] },
  ],
])('%s', async (_, config, expected) => {
  expect(await ways(config)).toEqual(expected);
});
