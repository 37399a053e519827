import { UsageError } from '../errors';
import { type AdoptedPair, adopt as adoptFor } from '../library/adopt';
import type { Caller, CallOptions } from '../library/caller';
import { type Ejected, eject as ejectFor } from '../library/eject';
import { type InventoryText, init as initFor, type NewPair } from '../library/init';
import { callAlone, reach } from './call';
import { flag, requireArgument, type Takes, text, texts } from './takes';

/** How hosts are reached that stand in no inventory yet. */
export type NewHostsOptions = Omit<CallOptions, 'limit'>;

const { limit: _, ...toNewHosts } = reach;
const reachNew: Takes<NewHostsOptions> = toNewHosts;

/**
 * Begins an inventory of a new pair, whose hosts it looks at and does not change; its passwords are generated, and stand in an
 * encrypted file beside it.
 * @param options `host`: each `[NAME=][USER@]ADDRESS`; `vip`: the shared address; `out` (inventory.json): the file to write, which
 *   is not there yet; `offline`: ask no host
 * @throws UsageError; HostError where a host could not be asked: nothing is written
 */
export function init(
  options: NewHostsOptions & {
    host: string[];
    vip: string;
    out?: string | undefined;
    offline?: boolean | undefined;
  },
): Promise<NewPair> {
  const takes = { ...reachNew, host: texts, vip: text, out: text, offline: flag };
  return callAlone(options, takes, async (said, context) => {
    const made = await initFor({ offline: false, mayAsk: false, ...said }, context);
    if ('file' in made) return made;
    throw new UsageError('init: no host is named', 'give host: [ADDRESS, ADDRESS] and vip: ADDRESS');
  });
}

/** What an Ansible inventory (YAML by its ending, else INI) becomes; writes it to `out`, which is not there yet. @throws InputError */
export function fromAnsible(
  file: string,
  options: Caller & { out?: string | undefined } = {},
): Promise<InventoryText> {
  return callAlone(options, { out: text }, async (said, context) => {
    requireArgument('file', file, text);
    const made = await initFor({ ...said, from: file, offline: true, mayAsk: false }, context);
    if ('text' in made) return made;
    throw new Error('an Ansible inventory is no new pair');
  });
}

/**
 * Writes an inventory, and byte for byte the files, of a pair that runs without haprov. Changes no host.
 * @param options `out`: the folder to write, which is empty or missing; `from`: files and folders of this machine, in place of
 *   `hosts`; `model`: say as much as possible in the inventory's own keys
 * @throws UsageError; HostError where a host could not be asked: nothing is written
 */
export function adopt(
  hosts: string[],
  options: NewHostsOptions & {
    out: string;
    from?: string[] | undefined;
    model?: boolean | undefined;
  },
): Promise<AdoptedPair> {
  const takes = { ...reachNew, out: text, from: texts, model: flag };
  return callAlone(options, takes, (said, context) => {
    requireArgument('hosts', hosts, texts);
    return adoptFor({ model: false, ...said, hosts }, context);
  });
}

/** Copies a shipped playbook, template or file to edit it. `to`: the folder of the inventory (as one is found, else this). @throws UsageError */
export function eject(name: string, options: Caller & { to?: string | undefined } = {}): Promise<Ejected> {
  return callAlone(options, { to: text }, async (said, context) => {
    requireArgument('name', name, text);
    return ejectFor({ ...said, name }, context);
  });
}
