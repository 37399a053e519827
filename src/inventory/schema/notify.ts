import * as z from 'zod';
import { choice, list, object, text } from '../../document/fields';
import { command, userName } from './command';

/** Who is told of what happens: by keepalived on the hosts, and by haprov on the machine that it runs on. */

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

/** What a hook can be told of; docs/hooks.md. */
export const hookEvents = [
  'run-end',
  'gate-failed',
  'restored',
  'not-restored',
  'finding',
  'drift',
  'gone',
] as const;

const url = () => {
  const error = 'an address such as https://chat.example.com/hooks/1, without a user and a password';
  return z.string({ error }).refine(isUrl, { error });
};

function isUrl(said: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]+$/.test(said) || !URL.canParse(said)) return false;
  const { username, password, hash } = new URL(said);
  return username === '' && password === '' && hash === '';
}

const webhookSecret = () =>
  text(
    'whsec_ and 24 to 64 bytes in base64, as of: echo whsec_$(openssl rand -base64 32)',
    /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/,
  );

export const hook = object({
  on: list(choice(hookEvents), 'a list of events', 1).describe('What it is told of.'),
  run: list(
    text('a word of the command, without control characters'),
    'a program and its words, as ["notify-send", "haprov"]',
    1,
  )
    .optional()
    .describe('A program of this machine, and its words; it reads the event as JSON on standard input.'),
  url: url().optional().describe('Where the event is sent to as JSON, by POST.'),
  secret: webhookSecret()
    .optional()
    .describe('What the request is signed with (Standard Webhooks): whsec_ and random bytes in base64.'),
})
  .refine(({ run, url: to }) => (run === undefined) !== (to === undefined), { error: 'one of: run, url' })
  .refine(({ url: to, secret }) => to !== undefined || secret === undefined, {
    error: 'a secret only beside a url: a program is not sent a signature',
  });

export type Hook = z.output<typeof hook>;
