import type { Question } from '../../host/probe';
import { type Survey, type Surveyed, survey } from '../../host/survey';
import type { Host } from '../../inventory/inventory';
import { listenersOf, listenersQuestion } from '../../pair/serving';
import { type Heard, listenScript, readHeard } from '../../pair/vrrp-listen';
import type { Context } from '../../planning/context';
import { listenerFor, toTarget } from '../../planning/hosts';
import { namesOf, type SshOptions } from '../ask-hosts';
import { adoptQuestion, type FoundHost, readFoundHost } from '../found-host';
import type { SaidPair } from './said';

/** What a host of a new pair says of itself. */
export interface Looked {
  /** As the inventory is to call it. */
  name: string;
  facts: Surveyed['facts'];
  found: FoundHost;
  /** Who listens on which TCP port; undefined where the host cannot tell. */
  listeners: ReturnType<typeof listenersOf>;
  heard: Heard;
}

/**
 * Asks the hosts of a new pair what they are, in one read-only exec each; it takes four seconds where they listen for VRRP.
 * @returns what each host of `pair` says, in its order; undefined for one that could not be asked, which is in `failures`
 */
export async function look(
  { hosts, vip }: SaidPair,
  options: SshOptions,
  context: Context,
): Promise<{ looked: (Looked | undefined)[]; failures: Survey['failures'] }> {
  const asked = hosts.map(
    ({ name, user, address }): Host => ({
      name: name ?? address,
      address,
      ssh: user === undefined ? {} : { user },
      vars: {},
      groups: ['all'],
    }),
  );
  const vrrp: Question = {
    id: 'vrrp',
    script: listenScript([{ address: vip.split('/')[0] ?? vip, advertInterval: 1 }]),
    asksFor: { units: ['keepalived'] },
    inPlace: true,
  };
  const targets = asked.map((host) => ({
    target: toTarget(host, { ...options, inventory: '', json: false }, context),
    questions: [adoptQuestion, listenersQuestion, vrrp],
  }));
  const surveyed = await survey(targets, listenerFor(context));
  surveyed.close();
  const own = namesOf(surveyed.hosts);
  const looked = hosts.map(({ name, address }): Looked | undefined => {
    const host = surveyed.hosts.find((one) => one.name === (name ?? address));
    if (!host) return undefined;
    const called = name ?? own.get(host.name) ?? host.name;
    return {
      name: called,
      facts: host.facts,
      found: readFoundHost(called, host.answers.of(adoptQuestion.id), host.facts.hostname),
      listeners: listenersOf(host.answers.of(listenersQuestion.id)),
      heard: readHeard(host.answers.of(vrrp.id)),
    };
  });
  return { looked, failures: surveyed.failures };
}
