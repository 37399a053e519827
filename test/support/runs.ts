import type { LoggedHost, LoggedRun, LoggedStep } from '../../src/report/log-text';

/** Runs as `haprov log` gives them, for what shows them. */

export const step = (more: Partial<LoggedStep> = {}): LoggedStep => ({
  type: 'file',
  target: '/etc/haproxy/haproxy.cfg',
  action: 'update',
  status: 'done',
  ms: 12,
  ...more,
});

export const onHost = (host: string, more: Partial<LoggedHost> = {}): LoggedHost => ({
  host,
  result: 'finished',
  state: 'finished',
  ms: 1200,
  changes: more.steps?.length ?? 2,
  steps: [step(), step({ type: 'service', target: 'haproxy', action: 'reload' })],
  ...more,
});

export const aRun = (run: string, more: Partial<LoggedRun> = {}): LoggedRun => ({
  run,
  startedAt: '2026-03-01T03:00:00.000Z',
  owner: 'lucy@laptop',
  command: 'push',
  inventory: 'cluster37',
  hosts: [onHost('fred'), onHost('ethyl')],
  ...more,
});
