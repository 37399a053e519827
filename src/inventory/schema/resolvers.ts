import { integer, list, name, object, port, record } from '../../document/fields';
import { address, milliseconds } from './address';

const nameserver = object({
  address: address.describe('Of the name server.'),
  port: port().default(53).describe('Where it is asked.'),
});

/** Who says where servers are that have names, also while HAProxy runs. */
export const resolvers = record(
  name(),
  object({
    nameservers: list(nameserver, 'a list of { "address": … }', 1).describe('Whom HAProxy asks.'),
    retries: integer(1, 100)
      .default(3)
      .describe('How often a name server that does not answer is asked again.'),
    timeout: milliseconds().default(1000).describe('Before a name server is asked again.'),
    hold: milliseconds().default(10_000).describe('How long an answer holds.'),
  }),
  'an object of name: { "nameservers": … }',
);
