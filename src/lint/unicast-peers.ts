import type { Entry } from '../ha/keepalived/settings';
import { placeIn } from './host-files';
import { bare, type Owned, said, twinsOf } from './instances';
import type { Found, Rule } from './subject';

/** Unicast peers that do not name each other. */
export const unicastPeers: Rule = {
  name: 'unicast-peers',
  checkFiles: (hosts) => [
    ...hosts.flatMap((files) =>
      (files.keepalived?.instances ?? []).flatMap((instance) => namesItself({ files, instance })),
    ),
    ...twinsOf(hosts).flatMap(([one, other]) => [...between(one, other), ...between(other, one)]),
  ],
};

const sourceOf = ({ instance }: Owned) =>
  instance.unicastSource === undefined ? undefined : bare(instance.unicastSource);
const isIn = (address: string, peers: readonly Entry[]) => peers.some(({ name }) => bare(name) === address);

/** What is said at the one that does not hear, or is not heard. */
function between(one: Owned, other: Owned): Found[] {
  const peers = other.instance.unicastPeers;
  const fix = 'name on each host the unicast_src_ip of the other in unicast_peer';
  const mine = one.instance.unicastPeers;
  if (mine.length > 0 && peers.length === 0)
    return [
      {
        severity: 'error',
        at: placeIn(other.files, other.instance.at),
        message: `${other.instance.name} speaks to all here, and to single peers on the other host`,
        why: 'neither hears the other: both hold the address',
        fix,
      },
    ];
  const source = sourceOf(one);
  if (mine.length === 0 || source === undefined || isIn(source, peers)) return [];
  const block = said(other.instance, 'unicast_peer');
  return [
    {
      severity: 'error',
      at: placeIn(other.files, block?.at ?? other.instance.at),
      message: `${other.instance.name} does not name ${source}, which is the other host’s unicast_src_ip`,
      why: 'its adverts do not reach that host, which takes the address too',
      fix,
    },
  ];
}

function namesItself(one: Owned): Found[] {
  const source = sourceOf(one);
  const { instance, files } = one;
  const own = instance.unicastPeers.find(({ name }) => bare(name) === source);
  if (!own) return [];
  return [
    {
      severity: 'warning',
      at: placeIn(files, own.at),
      message: `${instance.name} names itself among its peers`,
      why: 'it sends its adverts to itself, and mostly the other host is what was meant',
      fix: `take ${source} out of unicast_peer, and name the other host’s address`,
    },
  ];
}
