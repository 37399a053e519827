import * as z from 'zod';
import { flag, integer, list, name, networkInterface, object, record, text } from '../../document/fields';
import { address, prefixed } from './address';
import { keepalivedLine } from './lines';

export const vip = object({
  address: prefixed.describe('The shared address.'),
  virtualRouterId: integer(1, 255, 'a virtual router id').describe('VRRP VRID: its own on this network.'),
  group: name().default('all').describe('The hosts that may hold the address.'),
  interface: networkInterface()
    .optional()
    .describe("Otherwise the one whose subnet has the VIP, by each host's own addresses."),
  priorities: record(name(), integer(1, 254, 'a VRRP priority'), 'an object of host: priority')
    .optional()
    .describe("Where a host's priority differs for this VIP."),
  advertInterval: integer(1, 40, 'a whole number of seconds').default(1),
  preempt: flag().default(true).describe('false: an address that moved stays where it is.'),
  unicast: z
    .union([flag(), record(name(), address, 'an object of host: address')], {
      error: 'true, false, or an object of host: the address that it sends VRRP from',
    })
    .default(false)
    .describe('Adverts go to each host by itself, where the network carries no multicast.'),
  auth: text(
    '1 to 8 ASCII characters without white space, quotes, braces and # ! $ ~ @ \\',
    /^[%&(-?A-Z[\]^_`a-z|]{1,8}$/,
  )
    .optional()
    .describe('VRRPv2 authentication: keepalived uses 8 characters.'),
  check: object({
    interval: integer(1, 60, 'a whole number of seconds').default(1),
    fall: integer(1, 20).default(2),
    rise: integer(1, 20).default(2),
    weight: integer(0, 253)
      .default(0)
      .describe(
        '0: a host whose HAProxy does not answer leaves at once. Otherwise added to its priority while it answers.',
      ),
  })
    .default({ interval: 1, fall: 2, rise: 2, weight: 0 })
    .describe('The check that HAProxy on the host answers.'),
  extra: list(keepalivedLine(), 'a list of lines')
    .default([])
    .describe('Lines of keepalived.conf, as they are, in this VIP’s vrrp_instance.'),
});

export type VipSettings = z.output<typeof vip>;
