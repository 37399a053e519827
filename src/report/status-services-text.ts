import pc from 'picocolors';
import { placeText } from '../inventory/endpoints';
import type { ServerStatus, ServerView, ServiceStatus } from '../status/status';
import { cutWords, padTo, paragraph } from '../text/fit';
import { count, cutToWidth, displayWidth } from '../text/format';
import type { TextOptions } from './change-text';
import { levelOfServer, marks, paints } from './level';
import { describeService, describeTargets } from './service-words';

/** With more servers than this in all, a service whose servers are all up takes one line. */
const FEW_SERVERS = 8;
const LEAST_CELL = 14;
const LEAST_TITLE = 24;

/**
 * Each service's servers, with a column for each balancer, or a line for each server where the columns do not fit. Folded, a
 * service whose servers are all up takes one line.
 */
export function renderServices(
  services: readonly ServiceStatus[],
  options: TextOptions,
  isFolded = false,
): string[] {
  const servers = services.flatMap((service) => service.servers);
  const isBrief = isFolded || servers.length > FEW_SERVERS;
  const titles = [
    ...services.map(titleOfService),
    ...servers.map((server) => `  ${marks.ok} ${titleOfServer(server)}`),
  ];
  const wish = Math.max(LEAST_TITLE, ...titles.map((title) => displayWidth(title) + 2));
  return services.flatMap((service) => {
    if (service.servers.length === 0) return [titleRow(service, options, describeTargets(service))];
    const up = service.servers.every((server) => server.level === 'ok');
    if (isBrief && up && service.level === 'ok')
      return [
        titleRow(service, options, `${count(service.servers.length, 'server')}, up for ${seers(service)}`),
      ];
    const balancers = balancersOf(service);
    const title = Math.min(wish, options.columns - balancers.length * LEAST_CELL);
    return title < LEAST_TITLE && title < wish
      ? renderList(service, options)
      : renderMatrix(service, balancers, title, options);
  });
}

const titleOfService = (service: ServiceStatus) => [service.service, ...describeService(service)].join(', ');

const titleOfServer = (server: ServerStatus) => `${server.server} ${placeText(server)}`;

function balancersOf({ servers }: ServiceStatus): string[] {
  return [...new Set(servers.flatMap(({ seenBy }) => seenBy.map(({ balancer }) => balancer)))];
}

const seers = (service: ServiceStatus) => balancersOf(service).join(', ') || 'nobody';

function titleRow(service: ServiceStatus, { color, columns }: TextOptions, text: string): string {
  const { bold } = pc.createColors(color);
  const mark = marks[service.level];
  const row = cutWords(`${mark} ${titleOfService(service)}: ${text}`, columns);
  return row.replace(mark, paints(color)[service.level]).replace(service.service, bold);
}

function renderMatrix(
  service: ServiceStatus,
  balancers: readonly string[],
  titleWidth: number,
  { color, columns }: TextOptions,
): string[] {
  const { bold } = pc.createColors(color);
  const paint = paints(color);
  const width = Math.min(26, Math.floor((columns - titleWidth) / Math.max(1, balancers.length)));
  const head = balancers.map((balancer) => padTo(cutToWidth(balancer, width - 1), width)).join('');
  const title = padTo(cutWords(titleOfService(service), titleWidth - 1), titleWidth);
  const rows = service.servers.map((server) => {
    const name = padTo(cutToWidth(titleOfServer(server), titleWidth - 5), titleWidth - 4);
    const cells = balancers.map((balancer) => {
      const view = server.seenBy.find((one) => one.balancer === balancer);
      if (!view) return ' '.repeat(width);
      const level = levelOfServer(view.status);
      return paint[level](padTo(cutWords(`${marks[level]} ${describeView(view)}`.trim(), width - 1), width));
    });
    return `  ${paint[server.level](marks[server.level])} ${name}${cells.join('')}`.trimEnd();
  });
  return [bold(`${title}${head}`.trimEnd()), ...rows];
}

function renderList(service: ServiceStatus, { color, columns }: TextOptions): string[] {
  const { bold } = pc.createColors(color);
  const paint = paints(color);
  const rows = service.servers.flatMap((server) => {
    const views = new Map<string, string[]>();
    for (const view of server.seenBy)
      views.set(describeView(view), [...(views.get(describeView(view)) ?? []), view.balancer]);
    const seen = Array.from(views, ([said, by]) => `${said || 'not known'} for ${by.join(', ')}`).join('; ');
    const text = [titleOfServer(server), seen].filter(Boolean).join(': ');
    return paragraph(`  ${marks[server.level]} `, text, columns).map(paint[server.level]);
  });
  return [...paragraph('', titleOfService(service), columns, 2).map(bold), ...rows];
}

/** A server's status, with its check where that did not succeed. */
function describeView({ status, check }: ServerView): string {
  return /^(?:L\dOKC?|)$/.test(check) ? status : `${status} ${check}`;
}
