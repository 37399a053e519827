import * as z from 'zod';
import { flag, object, record, text } from '../document/fields';
import { call } from '../shell/library';
import { inTurn } from '../shell/quote';
import { common, portRange, resourceName, timeout } from './fields';
import type { Difference } from './resource';
import type { ResourceType } from './resource-type';

const booleanName = () => text('the name of a boolean', /^[A-Za-z0-9_]{1,64}$/);

const schema = object({
  ...common,
  timeout: timeout(300),
  type: z.literal('selinux').describe('Labels of ports, and booleans of the policy.'),
  name: resourceName().describe('What it is called in plans.'),
  ports: record(
    portRange(),
    text('a type of port such as "http_port_t"', /^[A-Za-z0-9_]{1,64}$/),
    'an object of port: type, e.g. { "8989/tcp": "http_port_t" }',
  )
    .default({})
    .describe('Labels. A port that the policy labels itself keeps that label.'),
  booleans: record(booleanName(), flag(), 'an object of boolean: true or false')
    .default({})
    .describe('Now and after a boot.'),
  otherwise: booleanName()
    .optional()
    .describe(
      'The boolean to turn on where the policy labels one of the ports itself, as another type. While it is on, no port is labelled.',
    ),
}).refine((spec) => spec.otherwise === undefined || spec.booleans[spec.otherwise] !== false, {
  error: 'an "otherwise" that "booleans" does not turn off',
});

type SelinuxSpec = z.output<typeof schema>;

interface PortState {
  /** The label of the host's local changes. */
  local: string | null;
  /** The policy's label; `undefined` where the policy was not asked. */
  policy: string | null | undefined;
}

interface BooleanState {
  active: 'on' | 'off' | null;
  /** The value after a boot: `-` where the policy's own value counts, `?` where that cannot be read. */
  kept: 'on' | 'off' | '-' | '?';
}

interface On {
  on: true;
  hasSemanage: boolean;
  ports: Record<string, PortState>;
  booleans: Record<string, BooleanState>;
}

type SelinuxState = { on: false } | On;

/** Labels of ports and booleans, where SELinux is enforcing or permissive. Does nothing where it is off. */
export const selinux: ResourceType<SelinuxSpec, SelinuxState> = {
  type: 'selinux',
  schema,
  part: 'selinux',
  target: (spec) => spec.name,
  shows: (spec) => [{ says: `selinux ${spec.name}, where SELinux is on` }],
  probe: ({ ports, booleans, otherwise = '' }) =>
    call('probe_selinux', otherwise, Object.keys(ports).join(' '), ...Object.keys(booleans)),
  read(output) {
    const rows = output.split('\n').filter(Boolean);
    if (rows[0] === 'off') return { on: false };
    if (rows[0] !== 'semanage yes' && rows[0] !== 'semanage no')
      throw new Error(`not SELinux's state: ${output}`);
    const state: On = { on: true, hasSemanage: rows[0] === 'semanage yes', ports: {}, booleans: {} };
    for (const row of rows.slice(1)) {
      const [what, name = '', first = '', second = ''] = row.split(' ');
      if (what === 'port') state.ports[name] = readPort(first, second);
      else if (what === 'boolean') state.booleans[name] = readBoolean(first, second, output);
      else throw new Error(`not SELinux's state: ${output}`);
    }
    return state;
  },
  diff(spec, state) {
    if (!state.on) return [];
    const { booleans, otherwise } = spec;
    const portOf = (port: string): PortState => state.ports[port] ?? { local: null, policy: null };
    const isAllowed = otherwise !== undefined && isSo(state.booleans[otherwise], 'on');
    const missing = Object.entries(spec.ports).filter(
      ([port, label]) => !isAllowed && (portOf(port).local ?? portOf(port).policy) !== label,
    );
    // A port that the policy itself labels is not relabelled; the boolean allows it.
    const theirs = missing.filter(([port]) => portOf(port).local === null && portOf(port).policy);
    const labels = missing.filter((one) => !theirs.includes(one));
    const turnsOn = otherwise !== undefined && theirs.length > 0 ? { [otherwise]: true } : {};
    const values = Object.entries({ ...booleans, ...turnsOn })
      .map(([name, value]): [string, 'on' | 'off'] => [name, value ? 'on' : 'off'])
      .filter(([name, value]) => !isSo(known(state, name), value));
    if (labels.length + values.length === 0) return [];
    const needsSemanage = labels.length > 0 && !state.hasSemanage;
    const change: Difference = {
      action: 'update',
      attributes: [
        ...labels.map(([name, to]) => ({ name, from: portOf(name).local, to })),
        ...values.map(([name, to]) => ({ name, from: before(state, name), to })),
      ],
      ...(theirs.length > 0
        ? {
            reason: `because the policy has ${theirs.map(([port]) => `${port} as ${portOf(port).policy}`).join(', ')}`,
          }
        : {}),
      ...(needsSemanage
        ? { notes: ['a port that turns out to have a label of the policy’s own keeps that'] }
        : {}),
      step: { ...stepOf(labels, values, otherwise, state), limitSeconds: spec.timeout },
    };
    return needsSemanage ? [semanage, change] : [change];
  },
};

/** Installs semanage by its path, because its package has one name on EL6 and EL7 and another on EL8 and later. */
const semanage: Difference = {
  action: 'install',
  target: 'semanage',
  attributes: [{ name: '/usr/sbin/semanage', from: null, to: 'installed' }],
  notes: ['packages stay when the rest is restored'],
  step: {
    limitSeconds: 900,
    phase: 'prepare',
    check: ':',
    run: 'have semanage || install_packages /usr/sbin/semanage',
    verify: "have semanage || fail 'there is still no semanage'",
    undo: 'undo_packages',
  },
};

function readPort(local: string, policy: string): PortState {
  return {
    local: local === '-' ? null : local,
    policy: policy === '?' ? undefined : policy === '-' ? null : policy,
  };
}

function readBoolean(active: string, kept: string, output: string): BooleanState {
  if (!['on', 'off', '-'].includes(active) || !['on', 'off', '-', '?'].includes(kept))
    throw new Error(`not SELinux's state: ${output}`);
  return { active: active === '-' ? null : (active as 'on' | 'off'), kept: kept as BooleanState['kept'] };
}

/** Whether a boolean has the value now and after a boot; only now, where the value after a boot cannot be read. */
const isSo = (found: BooleanState | undefined, value: 'on' | 'off') =>
  found?.active === value && (found.kept === value || found.kept === '?');

/** The state of a boolean. @throws Error where the host's policy has no such boolean. */
function known({ booleans }: On, name: string): BooleanState {
  const found = booleans[name];
  if (!found?.active)
    throw new Error(
      `the host's SELinux policy has no boolean ${name}: check the name, or install the policy module that brings it`,
    );
  return found;
}

function before({ booleans }: On, name: string): string {
  const { active = null, kept = '-' } = booleans[name] ?? {};
  if (active === kept || kept === '?') return active ?? '-';
  return kept === '-' ? `${active}, not on record` : `${active}, ${kept} after a boot`;
}

/** The boolean that labelling may turn on is checked and restored like those that are set. */
function stepOf(
  labels: [string, string][],
  values: [string, 'on' | 'off'][],
  otherwise: string | undefined,
  state: On,
): Difference['step'] {
  const words = (rows: (readonly [string, string])[]) => rows.map(([name, value]) => `${name}=${value}`);
  const seen = labels.map(([port, label]) => [port, state.ports[port]?.local ?? '-', label] as const);
  const fallback = labels.length > 0 && otherwise !== undefined ? [[otherwise, 'on'] as const] : [];
  const touched = [...new Map([...fallback, ...values])].flatMap(([name, value]) => {
    const found = state.booleans[name];
    return found?.active ? [[name, `${found.active},${found.kept}`, value] as const] : [];
  });
  const some = (rows: readonly unknown[], script: string) => (rows.length === 0 ? [] : [script]);
  return {
    phase: 'commit',
    check: inTurn(
      ...some(
        seen,
        call('check_labels', ...words(seen.map(([port, before, label]) => [port, `${before},${label}`]))),
      ),
      ...some(
        touched,
        call(
          'check_booleans',
          ...words(touched.map(([name, before, value]) => [name, `${before},${value}`])),
        ),
      ),
    ),
    run: inTurn(
      call('begin'),
      ...some(labels, call('label_ports', otherwise ?? '', ...words(labels))),
      ...some(values, call('set_booleans', ...words(values))),
    ),
    verify: inTurn(
      ...some(labels, call('verify_labels', ...words(labels))),
      ...some(values, call('verify_booleans', ...words(values))),
    ),
    undo: `[ -f "$step/begun" ] || return 0\n${inTurn(
      ...some(touched, call('restore_booleans', ...words(touched.map(([name, before]) => [name, before])))),
      ...some(seen, call('restore_labels', ...words(seen.map(([port, before]) => [port, before])))),
    )}`,
  };
}
