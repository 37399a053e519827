import { call, compose } from '../shell/library';
import { quote } from '../shell/quote';
import { stateFolder } from './transaction';

/** What is done on a host, and on the balancers, so that a host serves no more; servers are `service/server`. */

const flag = `${stateFolder}/drained`;

/** How scripts for balancers end where there is no HAProxy to be told. */
export const noHaproxy = 69;

const quietly = (called: string) =>
  compose('umask 077', 'PATH=$PATH:/usr/sbin:/sbin', `${called} >/dev/null`);

/** On a balancer: HAProxy sends nothing new to them, for a run; nothing of it is remembered. */
export const drainScript = (servers: readonly string[]) => quietly(call('set_servers', 'drain', ...servers));

/** On a balancer: what {@link drainScript} did is over; not for those that are to stay drained. */
export const readyScript = (servers: readonly string[]) => quietly(call('ready_servers', ...servers));

/**
 * On a balancer: HAProxy sends nothing new to them until {@link giveBackScript}, also after haprov has reloaded it.
 * Fails where HAProxy could not be told; it is remembered all the same.
 */
export const keepDrainedScript = (servers: readonly string[]) => quietly(call('keep_drained', ...servers));

export const giveBackScript = (servers: readonly string[]) => quietly(call('give_back', ...servers));

/** On the host itself: keepalived sees the flag and gives its addresses away. */
export const flagScript = (by: string, now = new Date()) =>
  [
    'umask 077',
    `mkdir -p ${stateFolder} && chmod 755 ${stateFolder} || exit`,
    `[ -s ${flag} ] || { echo ${quote(`${Math.floor(now.getTime() / 1000)} ${by.replace(/\s/g, '_')}`)} >${flag}.new && mv -f ${flag}.new ${flag}; }`,
    '',
  ].join('\n');

export const unflagScript = () => `rm -f ${flag}\n`;
