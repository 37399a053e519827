import { type Advert, readAdvert } from '../ha/advert';
import type { Vip } from '../inventory/inventory';
import { call } from '../shell/library';

/** What a host heard on the networks of its VIPs. */
export interface Heard {
  /** running: its keepalived speaks there already, so it did not listen. deaf: nothing there can listen. */
  kind: 'listened' | 'running' | 'deaf';
  adverts: (Advert & { interface: string })[];
  /** Who answered for a VIP's address. */
  answers: { interface: string; address: string; mac: string }[];
}

/** Three adverts, and a little; no longer than an operator waits. */
const longest = 12;

/**
 * A script that listens for VRRP on the networks of `vips` and prints what it heard. It ends at once where keepalived
 * runs; otherwise it takes 3.5 s, or more where adverts are rarer.
 */
export function listenScript(vips: readonly Pick<Vip, 'address' | 'interface' | 'advertInterval'>[]): string {
  const interval = Math.max(...vips.map(({ advertInterval }) => advertInterval));
  const places = vips.map(({ address, interface: on }) => (on === undefined ? address : `${address}@${on}`));
  const seconds = Math.min(longest, 3 * interval + 0.5);
  return call('listen_for_vrrp', seconds, ...places);
}

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
