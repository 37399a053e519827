import { buildProbe } from '../../../src/host/probe';
import { buildTransaction, stageScript, type TitledStep } from '../../../src/host/transaction';
import { buildChanges } from '../../../src/plan/build-changes';
import { anyHost } from '../../../src/playbook/context';
import type { Resource } from '../../../src/playbook/expand';
import type { Step } from '../../../src/resources/resource';
import { hostSecrets } from '../../support/host-secrets';

/** What a host says that has nothing yet, with firewalld running and SELinux on: for it all there is to be done. */
function answerOf({ type, spec }: Resource): string {
  const { names, values, ports, protocols, otherwise } = spec as {
    names: string[];
    values: object;
    ports: string[] | object;
    protocols: string[];
    otherwise: string;
  };
  switch (type) {
    case 'package':
      return names.map((name) => `${name}\t-`).join('\n');
    case 'service':
      return 'LoadState=not-found\nActiveState=inactive\nUnitFileState=';
    case 'sysctl':
      return [
        ...Object.keys(values).map((key) => `${key}=0 `),
        '=',
        '=',
        'write 99-zz-haprov.conf /etc/sysctl.d/99-zz-haprov.conf',
        'absent',
      ].join('\n');
    case 'firewall': {
      const closed = [...(ports as string[]), ...protocols];
      return [
        'zone public',
        'in public',
        ...['permanent', 'runtime'].flatMap((set) => closed.map((one) => `closed ${set} public ${one}`)),
      ].join('\n');
    }
    case 'selinux':
      return [
        'semanage yes',
        `boolean ${otherwise} off -`,
        ...Object.keys(ports).map((port) => `port ${port} - -`),
      ].join('\n');
    default:
      return 'absent';
  }
}

export interface Scripts {
  /** What asks for the state of each resource. */
  questions: string[];
  /** The parts of each step. */
  steps: string[];
  /** The program that has them all, without them: what is left are their titles. */
  frame: string;
  /** What puts the program there, without it: what is left is what the run's journal says of itself. */
  stage: string;
  /** All that is sent to the host. */
  whole: string[];
}

/** Behind the functions of the shell, which have nothing of an inventory in them. */
function calls(script: string): string {
  const at = script.indexOf('\numask 077\n');
  if (at < 0) throw new Error('where its calls begin is not to be found');
  return script.slice(at);
}

/** Every script that a run on a host without anything would send there. */
export function scriptsFor(host: string, inventory: string, resources: readonly Resource[]): Scripts {
  const observed = resources.map((resource) => resource.observe(answerOf(resource), anyHost));
  const steps = buildChanges(host, observed, hostSecrets()).map(
    ({ type, target, action, step }): TitledStep => ({
      type,
      target,
      action,
      step,
      title: `${action} ${target}`,
    }),
  );
  const questions = resources.map(({ question }) => question.script);
  const program = (each: TitledStep[]) =>
    buildTransaction({ run: 'run1', owner: 'user@laptop', leaseSeconds: 60, steps: each });
  const stage = (transaction: string, each: readonly TitledStep[]) =>
    stageScript(
      {
        run: 'run1',
        owner: 'user@laptop',
        startedAt: '',
        command: 'apply',
        inventory,
        steps: steps.map(({ type, target, action }) => ({ type, target, action })),
      },
      transaction,
      each,
    );
  const nothing: Step = { phase: 'commit', check: ':', run: ':' };
  return {
    questions,
    steps: steps.flatMap(({ step: { phase: _phase, validator: _validator, ...parts } }) =>
      Object.values(parts)
        .filter((part) => typeof part === 'string')
        // Whether a file has a secret in it follows from what is secret.
        .map((part) => part.replace(/^mark_secret (?:whole|lines)\n/, ''))
        .filter((part) => part !== ':'),
    ),
    frame: program(steps.map((one) => ({ ...one, step: nothing }))),
    stage: calls(stage('', [])),
    whole: [
      buildProbe(questions.map((script, index) => ({ id: String(index), script }))).script,
      program(steps),
      stage(program(steps), steps),
    ],
  };
}
