import type { Connection } from '../host/connection';
import { bootType, type TitledStep, whyScript } from '../host/transaction';
import { call, compose } from '../shell/library';
import type { BootVerbs } from './come-back';
import { markQuestion } from './roll-note';
import type { WorkOn } from './roll-options';

interface Wires {
  /** The name of the roll's runs. */
  run: string;
  /** The current connections; `reconnect` replaces them. */
  connections: ReadonlyMap<string, Connection>;
  reconnect(host: string): Promise<Connection>;
}

const tellMs = 30_000;

/** Talks to one host over SSH. */
export function sshBoot(name: string, { run, connections, reconnect }: Wires): BootVerbs {
  const tell = async (script: string, to: string) => {
    const connection = connections.get(name) ?? (await reconnect(name));
    return (await connection.runScript(script, { timeoutMs: tellMs, to })).stdout;
  };
  return {
    mark: async () => (await tell(compose(markQuestion.script), 'ask since which boot it runs')).trim(),
    boot: async () => {
      await tell(compose(call('boot_host', run)), 'have it boot');
    },
    logIn: async () => {
      await reconnect(name);
    },
    seenBack: async () => {
      await tell(compose(call('seen_back', run)), 'note that it has booted');
    },
    noteWhy: async (because) => {
      await tell(whyScript(run, { because }), 'note why its run ended so');
    },
  };
}

/** What a run has in its journal of a boot. The boot itself comes when the run is over: it would cut it. */
export const bootStep: TitledStep = {
  title: 'tell the host to boot',
  type: bootType,
  target: 'to boot',
  action: 'tell',
  step: { phase: 'service', check: call('can_boot'), run: call('owe_boot') },
};

/** A host boots, unless it has. */
export const rebootWork: WorkOn = async (_host, _connection, _all, hasBooted) =>
  hasBooted ? undefined : { boot: 'yes', steps: [bootStep] };
