import * as z from 'zod';
import { integer } from '../../document/fields';

export const prefixed = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'an IP address, with or without /prefix',
});

export const address = z.union([z.ipv4(), z.ipv6()], { error: 'an IP address' });

export const milliseconds = () => integer(1, 86_400_000, 'milliseconds');
