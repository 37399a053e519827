import type { Service } from '../../inventory/inventory';
import type { Writing } from './writing';

/** The section that says where the balancers tell each other what stick tables remember. */
export const peersSection = 'haprov_peers';

/** What keeps a client on its server. */
export function stickLines({ name, mode, stick }: Service, { line, need }: Writing): string[] {
  if (!stick) return [];
  const { on, size, expire, peers } = stick;
  const key = `services.${name}.stick`;
  if (peers)
    need('2.2', {
      key: `${key}.peers`,
      does: 'names the balancers to each other',
      instead: '"peers": false, with which each reload and failover forgets the clients',
    });
  if (/(?:^|,)mqtt_/.test(on)) need('2.4', { key: `${key}.on`, does: 'reads MQTT', instead: '"src"' });
  const cookie = /^req\.cook\(([^(),]+)\)$/.exec(on)?.[1];
  // Who is known by what it says must have said it.
  const waits = mode === 'tcp' && on !== 'src';
  return [
    ...(waits
      ? [
          line('tcp-request', 'inspect-delay', 5000),
          line('tcp-request', 'content', 'accept', 'if', '{', on, '-m', 'found', '}'),
        ]
      : []),
    line(
      ...['stick-table', 'type', ...(on === 'src' ? ['ipv6'] : ['string', 'len', 128])],
      ...['size', size, 'expire', `${expire}s`, ...(peers ? ['peers', peersSection] : [])],
    ),
    line('stick', 'on', on),
    // A server gives a client its cookie: who came without one is known by the answer.
    ...(cookie === undefined ? [] : [line('stick', 'store-response', `res.cook(${cookie})`)]),
  ];
}
