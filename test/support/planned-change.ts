import type { PlannedChange } from '../../src/plan/plan';

/** A planned change of a file; `about` says what else it is. */
export const plannedChange = (about: Partial<PlannedChange>): PlannedChange => ({
  id: `${about.type} ${about.target}`,
  host: '',
  task: 'task',
  type: 'file',
  target: '/etc/x',
  action: 'update',
  attributes: [],
  fingerprint: '',
  notify: [],
  step: { phase: 'commit', check: ':', run: ':' },
  ...about,
});
