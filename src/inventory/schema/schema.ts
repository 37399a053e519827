import * as z from 'zod';
import { list, name, object, record, sysctlKey, sysctlValue, text } from '../../document/fields';
import { haproxy, stats } from './haproxy';
import { group, host, ssh } from './host';
import { keepalived } from './keepalived';
import { service } from './service';
import { vars } from './vars';
import { vip } from './vip';
import { virtualServer } from './virtual-server';

/** The one source of the inventory's validator, its types and `schema/inventory.schema.json`. */

export const inventorySchema = object({
  $schema: z.string().optional(),
  name: name().optional().describe('What this pair is called in messages; otherwise the file’s name.'),
  ssh: ssh.optional(),
  vars: vars.optional(),
  hosts: record(name(), host, 'an object of host name: { "address": … }').refine(
    (hosts) => Object.keys(hosts).length > 0,
    { error: 'at least one host' },
  ),
  groups: record(name(), group, 'an object of group name: host names').default({}),
  sysctl: record(sysctlKey(), sysctlValue(), 'an object of key: value').default({}),
  vips: record(name(), vip, 'an object of VIP name: { "address": … }').default({}),
  services: record(name(), service, 'an object of service name: { "port": … }').default({}),
  stats: stats.optional(),
  virtualServers: record(name(), virtualServer, 'an object of virtual server name: { "vip": … }').default({}),
  haproxy: haproxy.prefault({}),
  keepalived: keepalived.prefault({}),
  playbooks: list(text('the name or path of a playbook'), 'a list of playbook names or paths', 1),
});

export type RawInventory = z.output<typeof inventorySchema>;
