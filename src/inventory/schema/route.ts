import * as z from 'zod';
import { integer, networkInterface, object } from '../../document/fields';
import { address, prefixed } from './address';

/** A route that comes and goes with a VIP. */
export const route = object({
  to: z
    .union([prefixed, z.literal('default')], { error: 'an address, a network, or "default"' })
    .describe('Where to.'),
  via: address.optional().describe('The gateway.'),
  device: networkInterface().optional().describe('Otherwise the interface that the VIP sits on.'),
  source: address.optional().describe('The address that the host speaks from.'),
  metric: integer(0, 4_294_967_295).optional().describe('The kernel takes the route with the lowest.'),
  table: integer(1, 4_294_967_295, 'the number of a routing table')
    .optional()
    .describe('The routing table that it goes into; otherwise main.'),
});

export type RouteSettings = z.output<typeof route>;
