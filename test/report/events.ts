import type { Event, EventBody, Phase, StepFailure } from '../../src/events/events';

/** Collects what is written. */
export class Sink {
  text = '';
  write(text: string): void {
    this.text += text;
  }
}

export function at(body: EventBody, second = 0): Event {
  return { at: new Date(second * 1000).toISOString(), ...body } as Event;
}

export const failure: StepFailure = {
  command: 'haproxy -c -f /run/new.cfg',
  exitCode: 1,
  stderr: Array.from({ length: 27 }, (_, index) => `line ${index + 1}`).join('\n'),
  hint: 'Mend the template, then plan again.',
};

export function stepEnd(host: string, phase: Phase, title: string, failed?: StepFailure): Event {
  const status = failed ? 'failed' : 'ok';
  return at({ type: 'step-end', host, phase, index: 3, total: 12, title, status, ms: 200, failure: failed });
}

/** A run on two hosts in which fred fails and is restored. */
export const failedRun: Event[] = [
  at({ type: 'run-start', command: 'apply', run: 'r1', inventory: 'pair.json', hosts: ['fred', 'ethyl'] }),
  at({ type: 'phase-start', host: 'fred', phase: 'stage' }),
  at({ type: 'phase-start', host: 'ethyl', phase: 'stage' }),
  at({ type: 'command', host: 'fred', script: 'set -u\nmv a b\n' }),
  at({ type: 'message', level: 'info', text: 'staging on both' }),
  at({ type: 'message', level: 'warning', host: 'ethyl', text: 'SELinux is permissive' }),
  stepEnd('ethyl', 'stage', 'write /etc/haproxy/haproxy.cfg'),
  at({ type: 'phase-end', host: 'ethyl', phase: 'stage', ok: true, ms: 2100 }),
  stepEnd('fred', 'stage', 'write /etc/haproxy/haproxy.cfg', failure),
  at({ type: 'phase-end', host: 'fred', phase: 'stage', ok: false, ms: 300 }),
  at({ type: 'phase-start', host: 'fred', phase: 'restore' }),
  at({ type: 'phase-end', host: 'fred', phase: 'restore', ok: true, ms: 100 }),
  at({
    type: 'run-end',
    exitCode: 1,
    ms: 3000,
    changed: 0,
    failed: 1,
    message: 'fred failed, and is restored',
  }),
];

export const goodRun: Event[] = [
  at({ type: 'run-start', command: 'apply', inventory: 'pair.json', hosts: ['fred'] }),
  at({ type: 'phase-start', host: 'fred', phase: 'commit' }),
  stepEnd('fred', 'commit', 'write /etc/a'),
  at({ type: 'phase-end', host: 'fred', phase: 'commit', ok: true, ms: 400 }),
  at({ type: 'run-end', exitCode: 0, ms: 500, changed: 1, failed: 0, message: '1 change on fred' }),
];
