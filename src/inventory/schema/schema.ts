import * as z from 'zod';
import { list, name, object, record, sysctlKey, sysctlValue, text } from '../../document/fields';
import { haproxy, stats } from './haproxy';
import { group, host, ssh } from './host';
import { keepalived } from './keepalived';
import { hook } from './notify';
import { service } from './service';
import { acme } from './tls';
import { vars } from './vars';
import { vip } from './vip';
import { virtualServer } from './virtual-server';

/** The one source of the inventory's validator, its types and `schema/inventory.schema.json`. */

/** What the schema's file is called beside an inventory: its `$schema`. */
export const schemaFile = 'inventory.schema.json';

export const inventorySchema = object({
  $schema: z.string().optional().describe('The JSON Schema by which an editor completes and checks.'),
  name: name().optional().describe('What this pair is called in messages; otherwise the file’s name.'),
  ssh: ssh.optional().describe('How hosts are reached; those of groups and hosts win.'),
  vars: vars.optional(),
  hosts: record(name(), host, 'an object of host name: { "address": … }')
    .refine((hosts) => Object.keys(hosts).length > 0, { error: 'at least one host' })
    .describe('The machines, each by a name of your choice.'),
  groups: record(name(), group, 'an object of group name: host names')
    .default({})
    .describe('Hosts by what they are for: a list of them, or more; all is every host.'),
  sysctl: record(sysctlKey(), sysctlValue(), 'an object of key: value')
    .default({})
    .describe('Kernel parameters, by their names: now and after a boot.'),
  vips: record(name(), vip, 'an object of VIP name: { "address": … }')
    .default({})
    .describe('Addresses that keepalived moves between hosts.'),
  services: record(name(), service, 'an object of service name: { "port": … }')
    .default({})
    .describe('What clients ask for at a port of a VIP, with the servers behind it.'),
  stats: stats.optional().describe('HAProxy’s own page.'),
  acme: acme.optional().describe('Who makes the certificates of services that have tls.acme.'),
  virtualServers: record(name(), virtualServer, 'an object of virtual server name: { "vip": … }')
    .default({})
    .describe('What the kernel of a VIP’s holder hands on to servers, without HAProxy (LVS).'),
  haproxy: haproxy.prefault({}).describe('Settings of HAProxy for all services.'),
  keepalived: keepalived.prefault({}).describe('Settings of keepalived for all VIPs.'),
  hooks: list(hook, 'a list of hooks: { "on": […], "run": […] or "url": … }')
    .default([])
    .describe('Who is told of what happens on the pair: programs of this machine, and webhooks.'),
  playbooks: list(text('the name or path of a playbook'), 'a list of playbook names or paths', 1).describe(
    'What is done to the hosts, in this order: names, in playbooks/ beside the inventory or shipped, or paths.',
  ),
});

export type RawInventory = z.output<typeof inventorySchema>;
