import { HaprovError } from '../errors';
import { hopTarget } from './jump';
import { readSshConfig, type SshSettings, type SshTarget } from './ssh-config';

/** A ProxyJump that leads back to itself would never end. */
const mostHops = 8;

const placeOf = ({ hostname, port }: Pick<SshSettings, 'hostname' | 'port'>) => `${hostname}:${port}`;

/**
 * Which of these hosts a login at another one goes through, by the user's ssh config: `ethyl` → [`fred`]. Hosts that are
 * reached without any of the others are left out. Asks `ssh -G`, and no host.
 */
export async function waysOf(targets: Iterable<SshTarget>): Promise<Map<string, string[]>> {
  const all = await Promise.all(
    [...targets].map(async (target) => {
      const settings = await (target.settings ?? readSshConfig(target));
      return { target, settings, hops: await hopsOf(target, settings) };
    }),
  );
  return new Map(
    all.flatMap(({ target, hops }) => {
      const through = all
        .filter((one) => one.target !== target && isOn(hops, one))
        .map((one) => one.target.name);
      return through.length > 0 ? [[target.name, through] as const] : [];
    }),
  );
}

const isOn = (hops: readonly string[], { target, settings }: { target: SshTarget; settings: SshSettings }) =>
  [placeOf(settings), settings.hostname, target.address].some((one) => hops.includes(one));

/** `host:port` of each jump host, and the words of a ProxyCommand, whatever its program is. */
async function hopsOf(
  target: SshTarget,
  { proxyJump, proxyCommand }: SshSettings,
  depth = 0,
): Promise<string[]> {
  if (proxyJump === undefined || depth === mostHops)
    return (proxyCommand ?? '').split(/\s+/).map((word) => word.replace(/^.*@/, ''));
  const hops = await Promise.all(
    proxyJump.split(',').map(async (hop, at) => {
      const jump = hopTarget(hop, target);
      try {
        const settings = await readSshConfig(jump);
        return [placeOf(settings), ...(at === 0 ? await hopsOf(jump, settings, depth + 1) : [])];
      } catch (error) {
        // Who could not read it could not log in either, and has said so.
        if (!(error instanceof HaprovError)) throw error;
        return [];
      }
    }),
  );
  return hops.flat();
}
