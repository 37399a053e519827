import * as z from 'zod';
import { choice, flag, hostAddress, integer, list, name, object, port, text } from '../../document/fields';
import { vars } from './vars';

const path = (what: string) => text(`the path of ${what}`);
const password = () => text('a password without control characters');

const NOT_SU = 'not su, which asks for the password of root at a terminal';
const becomeWord = () =>
  text(`a word such as "dzdo"; ${NOT_SU}`, /^(?!(?:.*\/)?su$)[^\u0000-\u001f\u007f-\u009f\u2028\u2029]+$/);
const become = z.union([z.literal('sudo'), z.literal('doas'), list(becomeWord(), 'a list of words', 1)], {
  error: `"sudo", "doas", or a list of words such as ["dzdo", "-n"]; ${NOT_SU}`,
});

export const ssh = object({
  user: text('a user name', /^[A-Za-z_][A-Za-z0-9_.@\\-]*\$?$/)
    .optional()
    .describe('Who to log in as; otherwise what ~/.ssh/config says.'),
  port: port().optional().describe('Where sshd listens; otherwise what ~/.ssh/config says, or 22.'),
  identityFiles: list(path('a private key'), 'a list of paths')
    .optional()
    .describe('Private keys, relative to the inventory; these are tried first.'),
  knownHostsFile: path('a known_hosts file')
    .optional()
    .describe('The host keys that are known, instead of those of ~/.ssh; `none`: no file.'),
  configFile: path('an OpenSSH client configuration')
    .optional()
    .describe('Instead of ~/.ssh/config; `none`: no file.'),
  password: password()
    .optional()
    .describe('To log in where no key is taken; from { "env": NAME } or the like.'),
  passphrase: password().optional().describe('Opens an encrypted key file.'),
  sudo: z
    .union([flag(), z.literal('auto')], { error: 'true, false or "auto"' })
    .optional()
    .describe('auto (the default): with sudo where the user is not root.'),
  become: become
    .optional()
    .describe(
      'What makes the user root: sudo (the default), doas, or words of your own that stand before sh.',
    ),
  sudoPassword: password().optional().describe('For sudo; doas needs nopass.'),
  transport: choice(['auto', 'ssh2', 'openssh'])
    .optional()
    .describe(
      'Who logs in: an SSH library, or the ssh program of this machine. auto (the default): ssh where only that can.',
    ),
  connectTimeout: integer(1, 600, 'a whole number of seconds')
    .optional()
    .describe('Seconds until a host that does not answer counts as unreachable.'),
});

export const host = object({
  address: hostAddress().describe('Where SSH and HAProxy reach the host.'),
  priority: integer(1, 254, 'a VRRP priority').optional().describe('The highest of a pair holds the VIP.'),
  vars: vars.optional(),
  ssh: ssh.optional().describe('How this host is reached, where it differs.'),
});

const members = list(name(), 'a list of host names', 1);
export const group = z.union(
  [
    members,
    object({
      hosts: members.describe('The hosts that are in it, by their names.'),
      vars: vars.optional(),
      ssh: ssh.optional().describe('How its hosts are reached, where it differs.'),
    }),
  ],
  {
    error: 'a list of host names, or { "hosts": […], "vars": {…}, "ssh": {…} }',
  },
);

export type SshSettings = z.output<typeof ssh>;
