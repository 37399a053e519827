import * as z from 'zod';
import { flag, object } from '../document/fields';
import { call } from '../shell/library';
import type { Past, RecordedStep } from './before-step';
import { bind } from './bind';
import type { BoundResource, HostKind, Placing } from './bound-resource';
import { common, timeout, unit } from './fields';
import { noted, recordedText } from './file-state';
import type { Attribute, Difference } from './resource';
import type { ResourceType } from './resource-type';
import { unitName } from './unit';

const schema = object({
  ...common,
  timeout: timeout(300),
  type: z.literal('service').describe('A unit that must run, or start at boot, or neither.'),
  unit: unit().describe('The unit, with or without its ending.'),
  enabled: flag().optional().describe('Whether it starts at boot; left alone where not given.'),
  running: flag().optional().describe('Whether it runs now; left alone where not given.'),
});

type ServiceSpec = z.output<typeof schema>;

interface ServiceState {
  /** LoadState, ActiveState (or auto-restart) and UnitFileState of systemd, on EL6 too; `shell/probe/init.sh` adds two words there. */
  load: string;
  active: string;
  enabled: string;
}

/** Whether a unit is enabled and runs. Makes the reload or restart that other resources ask for, once. */
export const service: ResourceType<ServiceSpec, ServiceState> = {
  type: 'service',
  schema,
  isDaily: true,
  mayRepeat: true,
  target: (spec) => spec.unit,
  touches: (target) => ({ unit: unitName(target) }),
  about: (spec) => ({ runs: spec.running }),
  probe: (spec) => call('probe_service', spec.unit),
  asksFor: (spec) => ({ units: [spec.unit] }),
  read(output) {
    const words = Object.fromEntries(output.split('\n').map((row) => row.split('=', 2)));
    const { LoadState: load, ActiveState: active, SubState: sub = '', UnitFileState: enabled } = words;
    if (!load || !active) throw new Error(`not a unit's state: ${output.trim()}`);
    // systemd says "activating" also of a unit that has ended and waits to be restarted.
    const isBetween = sub.startsWith('auto-restart');
    return { load, active: isBetween ? 'auto-restart' : active, enabled: enabled || 'none' };
  },
  before,
  isUnknown: ({ load }) => load === 'not-found',
  shows(spec) {
    const words = [
      spec.enabled === undefined ? '' : spec.enabled ? 'enabled' : 'disabled',
      spec.running === undefined ? '' : spec.running ? 'running' : 'stopped',
    ].filter(Boolean);
    const head = `service ${spec.unit}`;
    return [{ says: words.length > 0 ? `${head}: ${words.join(', ')}` : head }];
  },
  diff(spec, state, { notified, packagesPending }) {
    if (state.load === 'needs-systemd')
      throw new Error(
        `${spec.unit} is for systemd alone, and this host has init scripts: name a service, or leave the unit to hosts with systemd`,
      );
    if (state.enabled === 'no-chkconfig' && spec.enabled)
      throw new Error(
        `${spec.unit} cannot be enabled: its init script on the host has no "# chkconfig:" line; add one, or leave out "enabled"`,
      );
    const mustStart = spec.running === true && !isRunning(state);
    const mustStop = spec.running === false && isRunning(state);
    if (state.load === 'masked' && (mustStart || spec.enabled)) {
      throw new Error(
        `${spec.unit} is masked on the host: somebody forbade it to start; run "systemctl unmask ${state.enabled === 'masked-runtime' ? '--runtime ' : ''}${spec.unit}" there if that is no longer meant`,
      );
    }
    const attributes: Attribute[] = [];
    if (spec.enabled !== undefined && !isAsEnabled(state, spec.enabled)) {
      attributes.push({ name: 'enabled', from: state.enabled, to: spec.enabled ? 'enabled' : 'disabled' });
    }
    if (mustStart || mustStop)
      attributes.push({ name: 'active', from: state.active, to: mustStart ? 'active' : 'inactive' });
    const again = notified && isRunning(state) && !mustStop ? notified : undefined;
    if (attributes.length === 0 && !again) return [];
    const action = mustStart
      ? 'start'
      : mustStop
        ? 'update'
        : (again?.action ?? (spec.enabled ? 'enable' : 'update'));
    const { unit } = spec;
    const enable = attributes.some(({ name }) => name === 'enabled')
      ? spec.enabled
        ? 'enable'
        : 'disable'
      : '-';
    const move = mustStart ? 'start' : mustStop ? 'stop' : (again?.action ?? '-');
    const running = mustStop ? 'inactive' : isRunning(state) || mustStart ? 'active' : '-';
    return [
      {
        action,
        attributes,
        ...(again ? { reason: `because of ${again.because.join(', ')}` } : {}),
        ...noted(
          ...(mustStop && state.enabled === 'transient'
            ? [
                'only the program that created it can start it again: it stays stopped when the rest is restored',
              ]
            : []),
          ...(state.load === 'not-found' && !packagesPending
            ? [`the host knows no ${spec.unit}: unless a file or command of this plan brings it, this fails`]
            : []),
        ),
        step: {
          limitSeconds: spec.timeout,
          phase: mustStop ? 'leave' : 'service',
          check: state.load === 'not-found' ? ':' : call('check_service', unit, state.active, state.enabled),
          stage: call('save_service', unit, enable),
          run: call('change_service', unit, enable, move),
          verify: call('verify_service', unit, enable, running),
          undo: call('restore_service', unit),
        },
      } satisfies Difference,
    ];
  },
};

const isRunning = ({ active }: Pick<ServiceState, 'active'>) =>
  ['active', 'activating', 'reloading', 'refreshing'].includes(active);

/** A resource for a unit that no playbook has as one: a unit that is only notified, or that must stop for good. */
export const serviceNamed = <Host extends HostKind>(
  unit: string,
  placing: Placing<Host>,
  wish: { enabled?: boolean; running?: boolean } = {},
): BoundResource<Host> => bind(service, schema.parse({ type: 'service', unit, ...wish }), placing);

function before({ target: unit, record }: RecordedStep): Past[] {
  const text = recordedText(record);
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1];
  const active = value('ActiveState');
  const key = `service ${unit}`;
  if (!active) return [{ key, turn: 'damaged' }];
  const enabled = value('UnitFileState') || 'disabled';
  const running = isRunning({ active });
  const spec: ServiceSpec = {
    type: 'service',
    unit,
    timeout: record.limit ?? 300,
    running,
    ...(['enabled', 'disabled'].includes(enabled) ? { enabled: enabled === 'enabled' } : {}),
  };
  return [
    {
      key,
      turn: 'unit',
      ...(running ? {} : { stops: unitName(unit) }),
      bind: (placing) => bind(service, spec, placing),
    },
  ];
}

/** "static", "indirect", "alias", "generated" and "transient" units cannot be enabled or disabled, so they count as wanted. */
function isAsEnabled(state: ServiceState, wanted: boolean): boolean {
  if (['static', 'indirect', 'alias', 'generated', 'transient'].includes(state.enabled)) return true;
  return (state.enabled === 'enabled') === wanted;
}
