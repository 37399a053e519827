import { join, resolve } from 'node:path';

/** The one place that says which lab is whose: each of jest's workers has a lab of its own. */
export interface LabPlace {
  /** What its containers' names begin with. */
  name: string;
  /** The first three numbers of its addresses. */
  network: string;
  /** Where `test/lab/lab` keeps its key, known hosts and ssh_config. */
  state: string;
}

/**
 * The lab of the worker of this number, from 1. The first is the one that the environment names, or test/lab/README.md;
 * each other has the network after it.
 */
export function labOf(worker: number): LabPlace {
  const { HAPROV_LAB_NAME: name = 'haprov-lab', HAPROV_LAB_NETWORK: network = '192.168.56' } = process.env;
  const state = resolve('test/lab/.state');
  if (worker === 1) return { name, network, state };
  const [first, second, third] = network.split('.');
  return {
    name: `${name}-${worker}`,
    network: `${first}.${second}.${Number(third) + worker - 1}`,
    state: join(state, `${worker}`),
  };
}

/** What `test/lab/lab` and other programs of the lab know it by. */
export const environmentOf = ({ name, network, state }: LabPlace): NodeJS.ProcessEnv => ({
  ...process.env,
  HAPROV_LAB_NAME: name,
  HAPROV_LAB_NETWORK: network,
  HAPROV_LAB_STATE: state,
});
