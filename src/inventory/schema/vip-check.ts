import { flag, integer, object, text } from '../../document/fields';
import { command, unitName, userName } from './command';
import { protocolPort } from './protocol-port';

/** What must be well on a host for it to hold a VIP: each that is named. */
export const vipCheck = object({
  haproxy: flag()
    .optional()
    .describe('HAProxy on the host answers: the default where nothing else is named. false: nobody asks it.'),
  command: command().optional().describe('It ends with 0.'),
  user: userName().optional().describe('Who runs the command; otherwise nobody.'),
  unit: unitName().optional().describe('It runs.'),
  port: protocolPort.optional().describe('Somebody on the host answers there (TCP), or has it open (UDP).'),
  process: text('the name of a program, at most 15 characters', /^[A-Za-z0-9_.+-]{1,15}$/)
    .optional()
    .describe('A process of this name is there.'),
  interval: integer(1, 60, 'a whole number of seconds')
    .default(1)
    .describe('Seconds from one check to the next.'),
  fall: integer(1, 20).default(2).describe('Checks in turn that must fail before the host counts as unwell.'),
  rise: integer(1, 20)
    .default(2)
    .describe('Checks in turn that must succeed before it counts as well again.'),
  weight: integer(0, 253)
    .default(0)
    .describe(
      '0: a host where a check fails leaves at once. Otherwise added to its priority while it is well.',
    ),
});
