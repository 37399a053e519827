import type { Vip } from '../inventory/inventory';
import { bindsOf } from './haproxy/bind';
import type { Option } from './haproxy/option';
import { directives, readConfiguration, type Section } from './haproxy/section';
import { collide, type Socket, showSocket } from './haproxy/socket';
import { altered, gone, type Loss } from './loss';
import { routedNoMore } from './lost-routes';
import { emptiedBackends, serves } from './lost-servers';

/** Where a haproxy.cfg answers clients, and how. */
interface Front {
  section: Section;
  socket: Socket;
  /** The words of the bind line that clients feel. */
  isTls: boolean;
  wantsProxy: boolean;
  certificates: readonly Option[];
}

type Named = Pick<Vip, 'name' | 'address'>;

/**
 * What clients had by a haproxy.cfg, and will not have by another: addresses and ports that nobody answers any more, and
 * such as answer otherwise, or not everybody. Of a text that HAProxy will refuse nothing is said.
 */
export function answeredNoMore(from: string, to: string, vips: readonly Named[]): Loss[] {
  const now = readConfiguration([{ text: to }]);
  if (now.problems.some(({ since }) => since === undefined)) return [];
  const sections = readConfiguration([{ text: from }]).sections;
  const [before, after] = [frontsOf(sections), frontsOf(now.sections)];
  const found = before.flatMap((front) => {
    const heirs = after.filter(({ socket }) => collide(socket, front.socket));
    const lost = unanswered(front.socket, heirs, vips);
    const where = whereOf(front.socket, vips);
    const [heir] = heirs.sort((a, b) => Number(!a.socket.address) - Number(!b.socket.address));
    const others = heir
      ? differences(front, heir).map((loss) => ({ ...loss, says: `${where} ${loss.says}` }))
      : [];
    return [...lost, ...others];
  });
  const all = [...found, ...emptiedBackends(sections, now.sections)];
  return [...new Map(all.map((loss) => [loss.says, loss])).values()];
}

function frontsOf(sections: readonly Section[]): Front[] {
  return sections
    .filter((section) => (section.kind === 'listen' || section.kind === 'frontend') && !isOff(section))
    .flatMap((section) =>
      bindsOf(section).flatMap(({ sockets, options, all }) =>
        sockets.map((socket) => ({
          section,
          socket,
          isTls: options.has('ssl'),
          wantsProxy: options.has('accept-proxy'),
          certificates: all.filter(({ name }) => /^(?:crt|default-crt|crt-list)$/.test(name)),
        })),
      ),
    )
    .filter(({ socket }) => !/^(127\.|::1$)/.test(socket.address ?? ''));
}

/** Whether a section says that it is not to run. */
function isOff(section: Section): boolean {
  for (let one: Section | undefined = section; one; one = one.defaults) {
    const said = one.directives.findLast(({ words }) => words[0] === 'disabled' || words[0] === 'enabled');
    if (said) return said.words[0] === 'disabled';
  }
  return false;
}

const familyOf = (address: string) => (address.includes(':') ? 6 : 4);

/** What of a socket none of `heirs` answers: of one that takes every address, told by the VIPs that clients come to. */
function unanswered(socket: Socket, heirs: readonly Front[], vips: readonly Named[]): Loss[] {
  const lost = uncovered(socket, heirs);
  if (lost.length === 0) return [];
  const whole = lost.map((one) => gone(`${whereOf(one, vips)} is answered no more`));
  if (socket.address !== undefined) return whole;
  const families = new Set(lost.flatMap((one) => one.families));
  const own = vips.filter(({ address }) => families.has(familyOf(address)));
  const each = own.map(({ address }) =>
    uncovered({ ...socket, address, families: [familyOf(address)] }, heirs),
  );
  const [missing, kept] = [each.filter((one) => one.length > 0), each.filter((one) => one.length === 0)];
  if (kept.length === 0) return whole;
  if (missing.length > 0)
    return missing.flat().map((one) => gone(`${whereOf(one, vips)} is answered no more`));
  return [
    altered(
      `${showSocket(socket)} is answered at VIP ${[...new Set(own.map(({ name }) => name))].join(', ')} only`,
    ),
  ];
}

/** The ports and families of a socket that none of `heirs` has. */
function uncovered(socket: Socket, heirs: readonly Front[]): Socket[] {
  const parts = socket.families.map((family) => {
    let left = [{ from: socket.from, to: socket.to }];
    for (const { socket: heir } of heirs) {
      const isOther = heir.address !== undefined && heir.address !== socket.address;
      if (isOther || !heir.families.includes(family)) continue;
      left = left.flatMap(({ from, to }) =>
        [
          { from, to: Math.min(to, heir.from - 1) },
          { from: Math.max(from, heir.to + 1), to },
        ].filter((range) => range.from <= range.to),
      );
    }
    return { family, left };
  });
  const [first] = parts;
  const areAlike = parts.every(({ left }) => JSON.stringify(left) === JSON.stringify(first?.left));
  if (areAlike) return (first?.left ?? []).map((range) => ({ ...socket, ...range }));
  return parts.flatMap(({ family, left }) =>
    left.map((range) => ({ ...socket, families: [family], ...range })),
  );
}

function whereOf(socket: Socket, vips: readonly Named[]): string {
  const own = vips.filter(({ address }) =>
    socket.address === undefined ? socket.families.includes(familyOf(address)) : address === socket.address,
  );
  const names = [...new Set(own.map(({ name }) => name))].join(', ');
  return names === '' ? showSocket(socket) : `VIP ${names} ${showSocket(socket)}`;
}

/** What a client notices who comes to where it always came. */
function differences(then: Front, now: Front): Loss[] {
  const rules = (front: Front, kind: RegExp) => rulesOf(front.section).filter((row) => kind.test(row));
  const added = (kind: RegExp) => rules(now, kind).filter((row) => !rules(then, kind).includes(row));
  const allowed = (front: Front) =>
    front.section.directives.flatMap(({ words }) =>
      words[0] === 'acl' && words[2] === 'src' ? words.slice(3) : [],
    );
  const refuses = rules(now, refusal).length > 0;
  const shutOut = refuses ? allowed(then).filter((one) => !allowed(now).includes(one)) : [];
  const refused = added(refusal);
  const ofAll = refused.some((row) => !/ (?:if|unless) /.test(row));
  return [
    ...(now.isTls && !then.isTls ? [gone('is answered over TLS only')] : []),
    ...(then.isTls && !now.isTls ? [gone('is answered without TLS')] : []),
    ...(now.isTls && then.isTls ? shownNoMore(then.certificates, now.certificates) : []),
    ...(now.wantsProxy && !then.wantsProxy
      ? [gone('is answered only to clients that send the PROXY protocol')]
      : []),
    ...(then.wantsProxy && !now.wantsProxy ? [gone('takes the PROXY protocol no more')] : []),
    ...(modeOf(then) !== modeOf(now)
      ? [altered(`is answered in mode ${modeOf(now)} instead of ${modeOf(then)}`)]
      : []),
    ...(ofAll ? [gone('refuses everybody by a rule that is new')] : []),
    ...(refused.length > 0 && !ofAll ? [altered('refuses clients by a rule that is new')] : []),
    ...(added(password).length > 0 ? [altered('is answered only to clients that have a password')] : []),
    ...(shutOut.length > 0 ? [altered(`lets ${shutOut.join(', ')} in no more`)] : []),
    ...(added(redirect).length > 0 ? [altered('is redirected by a rule that is new')] : []),
    ...(serves(then.section) && !serves(now.section) ? [gone('has no server any more')] : []),
    ...routedNoMore(then.section, now.section),
  ];
}

/** Certificates that no other takes the place of. A folder or a list may have any. */
function shownNoMore(then: readonly Option[], now: readonly Option[]): Loss[] {
  const paths = (options: readonly Option[]) => options.map(({ value = '' }) => value);
  const removed = paths(then).filter((path) => !paths(now).includes(path));
  const added = now.filter(({ value = '' }) => !paths(then).includes(value));
  const mayHaveAny = added.some(
    ({ name, value = '' }) => name === 'crt-list' || !/\.(?:pem|crt|cer|cert)$/.test(value),
  );
  if (mayHaveAny || removed.length <= added.length) return [];
  return [gone(`shows the certificate ${removed.join(', ')} no more`)];
}

const refusal =
  /^(http-request|tcp-request (content|connection|session)) (deny|reject|tarpit|silent-drop)|^block /;
const password = /^http-request auth\b/;
const redirect = /^(http-request )?redirect /;

const rulesOf = ({ directives: all }: Section) => all.map(({ words }) => words.join(' '));
const modeOf = ({ section }: Front) => directives(section, 'mode').at(-1)?.words[1] ?? 'tcp';
