import * as z from 'zod';
import { flag, integer, list, name, networkInterface, object, record, text } from '../../document/fields';
import { address, prefixed } from './address';
import { keepalivedLine } from './lines';
import { notify } from './notify';
import { protocolPort } from './protocol-port';
import { route } from './route';
import { vipCheck } from './vip-check';

export const vip = object({
  address: prefixed.describe('The shared address.'),
  addresses: list(prefixed, 'a list of addresses', 1)
    .optional()
    .describe('More shared addresses that move with it and stand in its adverts: of the same family.'),
  excluded: list(prefixed, 'a list of addresses', 1)
    .optional()
    .describe('More that move with it and stand in no advert: of either family, and any number.'),
  virtualRouterId: integer(1, 255, 'a virtual router id').describe('VRRP VRID: its own on this network.'),
  group: name().default('all').describe('The hosts that may hold the address.'),
  interface: networkInterface()
    .optional()
    .describe("Otherwise the one whose subnet has the VIP, by each host's own addresses."),
  priorities: record(name(), integer(1, 254, 'a VRRP priority'), 'an object of host: priority')
    .optional()
    .describe("Where a host's priority differs for this VIP."),
  advertInterval: integer(1, 40, 'a whole number of seconds')
    .default(1)
    .describe(
      'Seconds from one VRRP advert to the next; after three without one, another host takes the address.',
    ),
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
  check: vipCheck
    .default({ interval: 1, fall: 2, rise: 2, weight: 0 })
    .describe('What must be well on a host for it to hold the address.'),
  ports: list(protocolPort, 'a list of ports')
    .default([])
    .describe('Where clients come in at this address beside the services: "53/udp".'),
  syncGroup: name().optional().describe('The VIPs of one group move together.'),
  notify: notify.optional().describe('Commands that keepalived runs when the address comes and goes.'),
  vmac: flag()
    .default(false)
    .describe('The address has the MAC address of VRRP, which moves with it, instead of its host’s.'),
  virtualRoutes: list(route, 'a list of routes').default([]).describe('Routes that move with the address.'),
  extra: list(keepalivedLine(), 'a list of lines')
    .default([])
    .describe('Lines of keepalived.conf, as they are, in this VIP’s vrrp_instance.'),
});

export type VipSettings = z.output<typeof vip>;
