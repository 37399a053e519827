import { call, compose } from '../shell/library';

/** What is done on a host, and on the balancers, so that a host serves no more; servers are `service/server`. */

/** How scripts for balancers end where there is no HAProxy to be told. */
export const noHaproxy = 69;

const quietly = (called: string) =>
  compose('umask 077', 'PATH=$PATH:/usr/sbin:/sbin', `${called} >/dev/null`);

/** On a balancer: what {@link lendServersScript} did is over; not for those that are to stay drained. */
export const readyScript = (servers: readonly string[]) => quietly(call('ready_servers', ...servers));

/**
 * On a balancer: HAProxy sends nothing new to them until {@link giveBackScript}, also after haprov has reloaded it.
 * Fails where HAProxy could not be told; it is remembered all the same.
 */
export const keepDrainedScript = (servers: readonly string[]) => quietly(call('keep_drained', ...servers));

export const giveBackScript = (servers: readonly string[]) => quietly(call('give_back', ...servers));

/** On the host itself: keepalived sees the flag and gives its addresses away. @param by `user@laptop` */
export const flagScript = (by: string, now = new Date()) =>
  compose('umask 077', call('raise_flag', Math.floor(now.getTime() / 1000), by.replace(/\s/g, '_')));

export const unflagScript = () => compose(call('take_flag_down'));

/** On the host itself: the same for a run; the host takes it back by itself after so many seconds. */
export const lendVipsScript = (seconds: number) => compose(call('raise_run_flag', seconds));

export const takeVipsBackScript = () => compose(call('take_run_flag_down'));

/**
 * On a balancer: HAProxy sends nothing new to them, for a run; nothing of it is remembered, and after so many seconds the
 * balancer does {@link readyScript} by itself.
 */
export const lendServersScript = (servers: readonly string[], seconds: number) =>
  quietly(call('lend_servers', readyScript(servers), seconds, ...servers));
