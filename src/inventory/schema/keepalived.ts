import type * as z from 'zod';
import { object } from '../../document/fields';
import { ownFiles, packages } from './own-files';

export const keepalived = object({
  config: ownFiles('/etc/keepalived/keepalived.conf'),
  packages: packages('keepalived'),
});

export type KeepalivedSettings = z.output<typeof keepalived>;
