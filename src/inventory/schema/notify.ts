import { object } from '../../document/fields';
import { command, userName } from './command';

/** The states of a VIP that a command of its own can be told of. */
const notifyStates = ['master', 'backup', 'fault', 'stop'] as const;

export const notify = object({
  command: command()
    .optional()
    .describe('Run at every change; keepalived adds INSTANCE, the VIP’s name, the state and the priority.'),
  master: command().optional().describe('Run when the host gets the address.'),
  backup: command().optional().describe('Run when it has given it up, or begins without it.'),
  fault: command().optional().describe('Run when it cannot hold it.'),
  stop: command().optional().describe('Run when keepalived ends.'),
  user: userName().optional().describe('Who runs them; otherwise nobody.'),
}).refine(
  (said) => [said.command, ...notifyStates.map((state) => said[state])].some((one) => one !== undefined),
  { error: 'at least one of: command, master, backup, fault, stop' },
);
