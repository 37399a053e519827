import type { Vip } from '../inventory/inventory';
import { bindsOf } from './haproxy/bind';
import { directives, readSections, type Section } from './haproxy/section';
import { type Socket, showSocket } from './haproxy/socket';
import { instances } from './keepalived-config';
import { routedNoMore } from './lost-routes';

/** Where a haproxy.cfg answers clients, and how. */
interface Front {
  section: Section;
  socket: Socket;
  /** The words of the bind line that clients feel. */
  isTls: boolean;
  wantsProxy: boolean;
}

type Named = Pick<Vip, 'name' | 'address'>;

/**
 * What clients had by a haproxy.cfg, and will not have by another: addresses and ports that nobody answers any more, and
 * such as answer otherwise, or not everybody. A sentence each, without secrets.
 */
export function answeredNoMore(from: string, to: string, vips: readonly Named[]): string[] {
  const [before, after] = [frontsOf(from), frontsOf(to)];
  const found = before.flatMap((front) => {
    const heirs = after.filter(({ socket }) => covers(socket, front.socket));
    const where = whereOf(front.socket, vips);
    if (heirs.length === 0) return [`${where} is answered no more`];
    return heirs.slice(0, 1).flatMap((heir) => differences(front, heir).map((what) => `${where} ${what}`));
  });
  return [...new Set(found)];
}

/** The addresses that a keepalived.conf no longer has. */
export function heldNoMore(from: string, to: string): string[] {
  const held = (text: string) =>
    [...instances(text).instances.values()].flatMap(({ name, addresses, excluded }) =>
      [...addresses, ...excluded].map((address) => ({ name, address: address.split(/[/ ]/)[0] ?? address })),
    );
  const kept = new Set(held(to).map(({ address }) => address));
  return held(from)
    .filter(({ address }) => !kept.has(address) && !/^fe[89ab]/i.test(address))
    .map(({ name, address }) => `VIP ${name} ${address} is held by nobody any more`);
}

function frontsOf(text: string): Front[] {
  return readSections(text)
    .filter(({ kind }) => kind === 'listen' || kind === 'frontend')
    .flatMap((section) =>
      bindsOf(section).flatMap(({ sockets, options }) =>
        sockets.map((socket) => ({
          section,
          socket,
          isTls: options.has('ssl'),
          wantsProxy: options.has('accept-proxy'),
        })),
      ),
    )
    .filter(({ socket }) => !/^(127\.|::1$)/.test(socket.address ?? ''));
}

const covers = (one: Socket, other: Socket) =>
  (one.address === undefined || one.address === other.address) &&
  one.from <= other.from &&
  one.to >= other.to &&
  other.families.every((family) => one.families.includes(family));

function whereOf(socket: Socket, vips: readonly Named[]): string {
  const own = vips.filter(({ address }) => address === socket.address);
  const all = socket.address === undefined ? vips : own;
  const names = all.map(({ name }) => name).join(', ');
  return names === '' ? showSocket(socket) : `VIP ${names} ${showSocket(socket)}`;
}

/** What a client notices who comes to where it always came. */
function differences(then: Front, now: Front): string[] {
  const rules = (front: Front, kind: RegExp) => rulesOf(front.section).filter((row) => kind.test(row));
  const isNew = (kind: RegExp) => rules(now, kind).some((row) => !rules(then, kind).includes(row));
  const allowed = (front: Front) =>
    front.section.directives.flatMap(({ words }) =>
      words[0] === 'acl' && words[2] === 'src' ? words.slice(3) : [],
    );
  const refuses = rules(now, refusal).length > 0;
  const shutOut = refuses ? allowed(then).filter((one) => !allowed(now).includes(one)) : [];
  return [
    ...(now.isTls && !then.isTls ? ['is answered over TLS only'] : []),
    ...(then.isTls && !now.isTls ? ['is answered without TLS'] : []),
    ...(now.wantsProxy && !then.wantsProxy ? ['is answered to who sends the PROXY protocol only'] : []),
    ...(modeOf(then) !== modeOf(now)
      ? [`is answered in mode ${modeOf(now)} instead of ${modeOf(then)}`]
      : []),
    ...(isNew(refusal) ? ['refuses clients by a rule that is new'] : []),
    ...(isNew(password) ? ['is answered to who has a password only'] : []),
    ...(shutOut.length > 0 ? [`lets ${shutOut.join(', ')} in no more`] : []),
    ...(isNew(redirect) ? ['is redirected by a rule that is new'] : []),
    ...(serves(then) && !serves(now) ? ['has no server any more'] : []),
    ...routedNoMore(then.section, now.section),
  ];
}

const refusal =
  /^(http-request|tcp-request (content|connection|session)) (deny|reject|tarpit|silent-drop)|^block /;
const password = /^http-request auth\b/;
const answer = /^http-request (?:return|use-service) /;
const redirect = /^(http-request )?redirect /;

const rulesOf = ({ directives: all }: Section) => all.map(({ words }) => words.join(' '));
const modeOf = ({ section }: Front) => directives(section, 'mode').at(-1)?.words[1] ?? 'tcp';

/** A frontend names its backends elsewhere; a redirect needs no server. */
const serves = ({ section }: Front) =>
  section.kind === 'frontend' ||
  section.directives.some(({ words: [keyword] }) =>
    ['server', 'server-template', 'use_backend', 'default_backend'].includes(keyword ?? ''),
  ) ||
  rulesOf(section).some((row) => redirect.test(row) || answer.test(row)) ||
  section.directives.some(({ words: [keyword] }) => keyword === 'stats');
