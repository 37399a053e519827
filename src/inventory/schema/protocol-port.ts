import * as z from 'zod';
import { port, text } from '../../document/fields';

/** A port as the user says it: 53, or "53/udp". */
export const protocolPort = z.union(
  [
    port(),
    text(
      'a port, or "PORT/udp"',
      /^(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])\/(?:tcp|udp)$/,
    ),
  ],
  { error: 'a port from 1 to 65535, or "PORT/udp"' },
);

export interface ProtocolPort {
  port: number;
  protocol: 'tcp' | 'udp';
}

export function toProtocolPort(said: number | string): ProtocolPort {
  const [port, protocol] = String(said).split('/');
  return { port: Number(port), protocol: protocol === 'udp' ? 'udp' : 'tcp' };
}
