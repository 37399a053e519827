import { call, compose } from '../shell/library';
import { asWord } from '../shell/quote';

/** The scripts that drain a host and undrain it, on the host and on the balancers. Servers are `service/server`. */

/** The exit code of scripts for balancers where no HAProxy runs. */
export const noHaproxy = 69;

const quietly = (called: string) =>
  compose('umask 077', 'PATH=$PATH:/usr/sbin:/sbin', `${called} >/dev/null`);

/**
 * A question to a balancer. The answer is `admin`, `none` where its HAProxy takes no commands, `lost PATH` where it runs and the
 * file of its socket is gone, or empty where none runs.
 */
export const toldScript = call('tell_admin_sockets');

/** On a balancer: undoes {@link lendServersScript}, except for servers that {@link keepDrainedScript} drained. */
export const readyScript = (servers: readonly string[]) => quietly(call('ready_servers', ...servers));

/**
 * On a balancer: HAProxy sends no new requests to the servers until {@link giveBackScript}, also after haprov has reloaded
 * it. Fails where HAProxy could not be told; the balancer's list of drained servers has them all the same.
 */
export const keepDrainedScript = (servers: readonly DrainedServer[]) =>
  quietly(call('keep_drained', ...lines(servers)));

/** On a balancer: undoes {@link keepDrainedScript}. */
export const giveBackScript = (servers: readonly DrainedServer[]) =>
  quietly(call('give_back', ...lines(servers)));

/** On a host that is retired: it has no list of drained servers any more, which nobody would keep right. */
export const forgetDrainedScript = () => compose(call('forget_drained'));

/** A server whose host is drained: the balancer finds it by its address, and by its title `service/server` where nobody knows that. */
export interface DrainedServer {
  title: string;
  address?: string | undefined;
}

const lines = (servers: readonly DrainedServer[]) =>
  servers.map(({ title, address }) => (address === undefined ? title : `${title} ${address.toLowerCase()}`));

/** Files that the user's own configuration of keepalived looks at, and what to write into them. */
type DrainFiles = readonly { path: string; content: string }[];

const words = (drainFiles: DrainFiles) => drainFiles.flatMap(({ path, content }) => [path, content]);

/** On the host itself: raises the flag, and writes the user's own files, for which keepalived gives its VIPs away. @param by `user@laptop` */
export const flagScript = (by: string, drainFiles: DrainFiles, now = new Date()) =>
  compose(
    'umask 077',
    call('raise_flag', Math.floor(now.getTime() / 1000), asWord(by), ...words(drainFiles)),
  );

/** On the host itself: undoes {@link flagScript}; where a roll had told it to boot and nobody has seen it since, its log says that it is back. */
export const unflagScript = () => compose(call('seen_back', '-'), call('take_flag_down'));

/** On the host itself: the same for a run; the host undoes it by itself after `seconds`. */
export const lendVipsScript = (seconds: number, drainFiles: DrainFiles) =>
  compose(call('raise_run_flag', takeVipsBackScript(), seconds, ...words(drainFiles)));

/** On the host itself: undoes {@link lendVipsScript}. */
export const takeVipsBackScript = () => compose(call('take_run_flag_down'));

/**
 * On a balancer: HAProxy sends no new requests to the servers during a run. The balancer does not list them as drained,
 * and runs {@link readyScript} by itself after `seconds`.
 */
export const lendServersScript = (servers: readonly string[], seconds: number) =>
  quietly(call('lend_servers', readyScript(servers), seconds, ...servers));
