import type * as z from 'zod';
import { list, multiline, object } from '../../document/fields';
import { ownFiles, packages } from './own-files';

export const keepalived = object({
  config: ownFiles('/etc/keepalived/keepalived.conf'),
  packages: packages('keepalived'),
  sections: list(multiline('blocks of keepalived.conf'), 'a list of texts')
    .default([])
    .describe(
      'Blocks of keepalived.conf that stand before the VIPs as they are, as text or from { "file": PATH }: vrrp_script, virtual_server, static_routes, … A VIP belongs into vips.',
    ),
});

export type KeepalivedSettings = z.output<typeof keepalived>;
