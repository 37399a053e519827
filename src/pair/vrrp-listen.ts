import { type Advert, readAdvert } from '../ha/advert';
import type { Vip } from '../inventory/inventory';
import { call } from '../shell/library';

/** What a host heard on the networks of its VIPs. */
export interface Heard {
  /** running: its keepalived sends adverts there already, so it did not listen. deaf: no program on it can listen. */
  kind: 'listened' | 'running' | 'deaf';
  adverts: (Advert & { interface: string })[];
  /** The machines that answered for a VIP's address. */
  answers: { interface: string; address: string; mac: string }[];
}

/** The most seconds to listen, however rare the adverts are. */
const longest = 12;

/**
 * A script that listens for VRRP on the networks of `vips`; {@link readHeard} reads what it prints. It ends at once where
 * keepalived runs; otherwise it takes three adverts and half a second, 12 seconds at most.
 */
export function listenScript(vips: readonly Pick<Vip, 'address' | 'interface' | 'advertInterval'>[]): string {
  const interval = Math.max(...vips.map(({ advertInterval }) => advertInterval));
  const places = vips.map(({ address, interface: on }) => (on === undefined ? address : `${address}@${on}`));
  const seconds = Math.min(longest, 3 * interval + 0.5);
  return call('listen_for_vrrp', seconds, ...places);
}

/** Whether a host need not listen. */
export const answersAtOnce: string = call('is_active', 'keepalived');

/** Reads what {@link listenScript} printed. */
export function readHeard(output: string): Heard {
  const heard: Heard = { kind: 'deaf', adverts: [], answers: [] };
  for (const row of output.split('\n')) {
    const [kind, on = '', first = '', mac = ''] = row.split(' ');
    if (kind === 'listened' || kind === 'running') heard.kind = kind;
    else if (kind === 'nowhere') heard.kind = 'listened';
    else if (kind === 'arp') heard.answers.push({ interface: on, address: first, mac });
    else if (kind === 'packet') {
      const advert = readAdvert(Buffer.from(first, 'hex'));
      if (advert) heard.adverts.push({ ...advert, interface: on });
    }
  }
  return heard;
}
