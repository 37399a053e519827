import type { ServerStatus, Status, VipStatus } from '../../status/status';
import { allVisible } from '../level';
import { renderTime } from './document';
import { type Html, html } from './html';

/** What was otherwise at one look than at the look before, a sentence each. */
export interface News {
  /** When it was seen: ISO 8601. */
  at: string;
  lines: string[];
}

/** How many lines are told of one look, */
const mostLines = 8;
/** and how many looks are remembered. */
const mostLooks = 20;

/** What is known with `after`, the newest first. @param before the look before, with what was known then */
export function newsWith(
  after: Status,
  before: { status?: Status; news?: readonly News[] },
): readonly News[] {
  const { status, news = [] } = before;
  const lines = status ? newsOf(status, after) : [];
  if (lines.length === 0) return news;
  const left = lines.length - mostLines;
  const told = left > 0 ? [...lines.slice(0, mostLines), `and ${left} more`] : lines;
  return [{ at: after.at, lines: told }, ...news].slice(0, mostLooks);
}

/** What somebody who looks on should hear of, the way of a packet; what the headline says is left out. */
function newsOf(before: Status, after: Status): string[] {
  return [
    ...each(before.vips, after.vips, ({ vip }) => vip, vipNews),
    ...each(before.hosts, after.hosts, ({ host }) => host, hostNews),
    ...each(servers(before), servers(after), ({ name }) => name, serverNews),
    ...runNews(before, after),
    ...findingNews(before, after),
  ];
}

/** What `tell` says of each thing that both looks have seen. */
function each<T>(
  before: readonly T[],
  after: readonly T[],
  name: (one: T) => string,
  tell: (was: T, is: T) => (string | false)[],
): string[] {
  const known = new Map(before.map((one) => [name(one), one]));
  return after.flatMap((is) => {
    const was = known.get(name(is));
    return was ? tell(was, is).filter((line) => line !== false) : [];
  });
}

function vipNews(was: VipStatus, is: VipStatus): (string | false)[] {
  const holders = ({ holders }: VipStatus) => holders.join(' and ') || 'nobody';
  const silent = ({ answers }: VipStatus) => answers.filter((one) => !one.answers).map(({ from }) => from);
  return [
    holders(was) !== holders(is) && `VIP ${is.vip} is on ${holders(is)} now, it was on ${holders(was)}`,
    silent(was).length === 0 &&
      silent(is).length > 0 &&
      `VIP ${is.vip} does not answer ${silent(is).join(', ')}`,
    silent(was).length > 0 &&
      is.answers.length > 0 &&
      silent(is).length === 0 &&
      `VIP ${is.vip} answers again`,
  ];
}

type Host = Status['hosts'][number];

const hostNews = (was: Host, is: Host): (string | false)[] => [
  was.reached && !is.reached && `${is.host} cannot be asked any more`,
  !was.reached && is.reached && `${is.host} answers again`,
  was.drained !== is.drained &&
    is.reached &&
    (is.drained ? `${is.host} is drained` : `${is.host} is back in service`),
];

interface Named {
  name: string;
  server: ServerStatus;
}

const servers = ({ services }: Status): Named[] =>
  services.flatMap(({ service, servers: all }) =>
    all.map((server) => ({ name: `server ${server.server} of ${service}`, server })),
  );

function serverNews(was: Named, is: Named): (string | false)[] {
  const [then, now] = [stateOf(was.server), stateOf(is.server)];
  return [then !== now && `${is.name} is ${now}, it was ${then}`];
}

/** `UP`, or `DOWN as fred sees it, UP as ethyl sees it` where they differ. */
function stateOf({ seenBy }: ServerStatus): string {
  const word = ({ status }: ServerStatus['seenBy'][number]) => status || 'not known';
  const words = new Set(seenBy.map(word));
  if (words.size <= 1) return [...words][0] ?? 'not known';
  return seenBy.map((view) => `${word(view)} as ${view.balancer} sees it`).join(', ');
}

/** Runs that were begun or came to an end since, a sentence for all hosts that say the same. */
function runNews(before: Status, after: Status): string[] {
  const said = ({ lastRun }: Host) => lastRun && `${lastRun.run} ${lastRun.result}`;
  const known = new Map(before.hosts.map((one) => [one.host, one]));
  const told = new Map<string, string[]>();
  for (const is of after.hosts) {
    const was = known.get(is.host);
    if (!is.lastRun || !was?.reached || said(was) === said(is)) continue;
    const { command, run, result } = is.lastRun;
    const words = `${command} ${run} is ${result}`;
    told.set(words, [...(told.get(words) ?? []), is.host]);
  }
  return [...told].map(([words, hosts]) => `${words} on ${hosts.join(', ')}`);
}

function findingNews(before: Status, after: Status): string[] {
  const messages = ({ findings }: Status) => findings.map(({ message }) => message);
  const [was, is] = [messages(before), messages(after)];
  return [
    ...is.slice(1).flatMap((message) => (was.includes(message) ? [] : [`new: ${message}`])),
    ...was.slice(1).flatMap((message) => (is.includes(message) ? [] : [`no more: ${message}`])),
  ];
}

/** The newest, which is read out when it comes, and what was before it. */
export function renderNews(news: readonly News[]): { newest: Html | undefined; earlier: Html | undefined } {
  const [newest, ...earlier] = allVisible(news);
  const render = ({ at, lines }: News) => html`${renderTime(at)}: ${lines.join('; ')}.`;
  return {
    newest: newest && html`<b>Changed at</b> ${render(newest)}`,
    earlier:
      earlier.length > 0
        ? html`<summary id="earlier-title">What changed before</summary><ol class="plain">${earlier.map((one) => html`<li>${render(one)}</li>`)}</ol>`
        : undefined,
  };
}
