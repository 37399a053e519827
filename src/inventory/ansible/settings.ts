import { type SshSettings, ssh } from '../schema/host';
import type { Value } from '../schema/vars';
import type { GivenVars } from './read';
import { fromEnvironment, isTemplate, type Note } from './values';
import { carryVariables } from './variables';

/** The name of the environment variable that a secret is to come from. */
export type SecretName = (field: 'password' | 'sudoPassword', value: Value, owner: string) => string;

/** What of a host's or group's variables is carried over. */
interface Carried {
  ssh?: Record<string, unknown>;
  vars?: Record<string, Value>;
}

type Field = keyof SshSettings & keyof typeof ssh.shape;

/** Ansible's names of what we have, by field; of several for one field the later one wins. */
const settings: [string, Field][] = [
  ['ansible_user', 'user'],
  ['ansible_ssh_user', 'user'],
  ['ansible_port', 'port'],
  ['ansible_ssh_port', 'port'],
  ['ansible_private_key_file', 'identityFiles'],
  ['ansible_ssh_private_key_file', 'identityFiles'],
  ['ansible_timeout', 'connectTimeout'],
  ['ansible_ssh_timeout', 'connectTimeout'],
  ['ansible_password', 'password'],
  ['ansible_ssh_pass', 'password'],
  ['ansible_ssh_password', 'password'],
  ['ansible_sudo', 'sudo'],
  ['ansible_become', 'sudo'],
  ['ansible_become_method', 'become'],
  ['ansible_sudo_pass', 'sudoPassword'],
  ['ansible_become_pass', 'sudoPassword'],
  ['ansible_become_password', 'sudoPassword'],
];
const fields = new Map(settings);

/** Read where hosts and groups are converted. */
const readElsewhere = new Set([
  'ansible_host',
  'ansible_ssh_host',
  'ansible_connection',
  'ansible_group_priority',
]);

const sshArguments =
  'put what it says into an OpenSSH configuration and name that as ssh.configFile; host keys are always checked, and --accept-new-host-keys takes those of new hosts';
/** Why there is nothing for them. */
const reasons = new Map<string, string>([
  ['ansible_python_interpreter', 'haprov runs no Python on hosts'],
  ['ansible_become_user', 'haprov works as root'],
  ['ansible_ssh_common_args', sshArguments],
  ['ansible_ssh_extra_args', sshArguments],
  ['ansible_ssh_args', sshArguments],
  ['ansible_ssh_host_key_checking', sshArguments],
  ['ansible_host_key_checking', sshArguments],
]);
/** Values that say what haprov does anyway. */
const usual = new Map<string, Value>([['ansible_become_user', 'root']]);

/**
 * Takes over what a host's or group's variables say: `ansible_…` as SSH settings, the others as variables.
 * @param owner the host's or group's name.
 * @param note is told of all that is not taken over, or otherwise than it stands there.
 */
export function carryOver(given: GivenVars, owner: string, secretName: SecretName, note: Note): Carried {
  const found = sshOf(given, owner, secretName, note);
  const others = [...given].filter(([key]) => !fields.has(key) && !readElsewhere.has(key));
  for (const [key, { value, line }] of others)
    if (key.startsWith('ansible_') && !(usual.has(key) && usual.get(key) === value))
      note(line, `${key} is left out: ${reasons.get(key) ?? 'haprov has nothing for it'}`);
  const vars = carryVariables(new Map(others.filter(([key]) => !key.startsWith('ansible_'))), note);
  return {
    ...(Object.keys(found).length > 0 ? { ssh: found } : {}),
    ...(Object.keys(vars).length > 0 ? { vars } : {}),
  };
}

function sshOf(given: GivenVars, owner: string, secretName: SecretName, note: Note): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const [key, field] of settings) {
    const { value, line } = given.get(key) ?? {};
    if (value === undefined || line === undefined) continue;
    const name = field === 'password' || field === 'sudoPassword' ? secretName : undefined;
    const { data, say } = settingOf(field, value, name && (() => name(field as 'password', value, owner)));
    if (say !== undefined) note(line, `${key} ${say}`);
    if (data === undefined) continue;
    if (Object.hasOwn(found, field) && JSON.stringify(found[field]) !== JSON.stringify(data))
      note(line, `${key} wins over what is said of ssh.${field} by another name, as it does for Ansible`);
    found[field] = data;
  }
  return found;
}

/** What goes into our field, and what there is to say about it. */
function settingOf(field: Field, value: Value, secret?: () => string): { data?: unknown; say?: string } {
  const environment = numeric.has(field) ? undefined : fromEnvironment(value);
  if (environment) return { data: field === 'identityFiles' ? [environment] : environment };
  if (secret) {
    const env = secret();
    return {
      data: { env },
      say: `is not copied: set the environment variable ${env} to it before you run haprov`,
    };
  }
  const shown = JSON.stringify(value);
  if (isTemplate(value)) return { say: `is left out: ${shown} is an expression, and haprov evaluates none` };
  const checked = ssh.shape[field].safeParse(meaning[field]?.(value) ?? value);
  if (!checked.success) return { say: `is left out: ${shown} is not ${checked.error.issues[0]?.message}` };
  const isRelative = field === 'identityFiles' && !/^[~/]/.test(String(value));
  return {
    data: checked.data,
    ...(isRelative ? { say: 'is a relative path, which begins at the inventory for haprov' } : {}),
  };
}

const numeric = new Set<Field>(['port', 'sudo', 'connectTimeout']);
const toNumber = (value: Value) => (/^[0-9]+$/.test(String(value)) ? Number(value) : value);
const truth = new Map<string, boolean>([
  ...['true', 'yes', 'on', 'y', 't', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', 'n', 'f', '0'].map((word) => [word, false] as const),
]);
const meaning: Partial<Record<Field, (value: Value) => unknown>> = {
  user: (value) => (typeof value === 'number' ? String(value) : value),
  port: toNumber,
  connectTimeout: toNumber,
  identityFiles: (value) => [value],
  sudo: (value) => truth.get(String(value).toLowerCase()),
};
