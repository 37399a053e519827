import { placeText } from '../../inventory/endpoints';
import type {
  Component,
  ComponentState,
  HostStatus,
  ServerStatus,
  ServerView,
  ServiceStatus,
  VipStatus,
} from '../../status/status';
import { count } from '../../text/format';
import { levelOfServer } from '../level';
import { describeService, describeTargets } from '../service-words';
import { type Content, type Html, html } from './html';
import { renderMark, renderMarked } from './mark';

/** The components' names, in the order in which one depends on those before it. */
const componentNames: Record<Component, string> = {
  ssh: 'SSH',
  disk: 'Disk',
  packages: 'Packages',
  sysctl: 'Kernel parameters',
  firewall: 'Firewall',
  selinux: 'SELinux',
  keepalived: 'keepalived',
  vip: 'VIP',
  haproxy: 'HAProxy',
  service: 'Service',
  backend: 'Backends',
  certificate: 'Certificate',
  configuration: 'Configuration',
};

/** How many hosts stand side by side; of more each has a row. */
const mostBeside = 6;
/** Of how many servers all are shown; of more those that are up are folded. */
const mostServers = 12;

/** A table of every component of every host: the hosts side by side or, where they are many, those that are well folded. */
export function renderHosts(hosts: HostStatus[]): Html {
  const names = (Object.keys(componentNames) as Component[]).filter((name) =>
    hosts.some(({ components }) => components.some(({ component }) => component === name)),
  );
  if (hosts.length > mostBeside) return html`<h2>Hosts</h2>\n${renderManyHosts(hosts, names)}`;
  const rows = names.map((name) => {
    const cells = hosts.map(({ components }) =>
      renderComponent(components.find(({ component }) => component === name)),
    );
    return html`<tr><th scope="row">${componentNames[name]}</th>${cells}</tr>\n`;
  });
  const heads = hosts.map((host) => html`<th scope="col">${renderHostHead(host)}</th>`);
  return html`<h2>Hosts</h2>
${inBox('hosts', html`<tr><th scope="col">Component</th>${heads}</tr>`, rows)}`;
}

function renderManyHosts(hosts: HostStatus[], names: Component[]): Html {
  const isWell = ({ reached, drained, components }: HostStatus) =>
    reached && !drained && components.every(({ level }) => level === 'ok');
  const heads = names.map((name) => html`<th scope="col">${componentNames[name]}</th>`);
  const row = (host: HostStatus) => {
    const cells = names.map((name) =>
      renderBriefly(host.components.find(({ component }) => component === name)),
    );
    return html`<tr><th scope="row">${renderHostHead(host)}</th>${cells}</tr>\n`;
  };
  return foldWell(hosts, isWell, 'hosts', 'host', (id, some) =>
    inBox(id, html`<tr><th scope="col">Host</th>${heads}</tr>`, some.map(row), id, 'dense'),
  );
}

/** What is well only as a mark, for the eye. */
function renderBriefly(state: ComponentState | undefined): Html {
  if (state?.level !== 'ok') return renderComponent(state);
  return html`<td class="ok">${renderMark('ok')}<span class="unseen">${state.text}</span></td>`;
}

/** What is not well, and below it what is, folded. @param render a table of some of them, with that id */
function foldWell<T>(
  all: readonly T[],
  isWell: (one: T) => boolean,
  id: string,
  noun: string,
  render: (id: string, some: T[]) => Html,
): Html {
  const ill = all.filter((one) => !isWell(one));
  const well = all.filter(isWell);
  return html`${ill.length > 0 && render(id, ill)}
${well.length > 0 && html`<details id="${id}-folded"><summary id="${id}-summary">${renderMark('ok')} ${count(well.length, noun)} ${well.length === 1 ? 'is' : 'are'} well</summary>${render(`${id}-well`, well)}</details>`}`;
}

function renderHostHead({ host, address, os, reached, drained }: HostStatus): Html {
  const about = [os, !reached && 'not reached', drained && 'drained'].filter(Boolean).join(', ');
  return html`${host} <span class="quiet">${address}${about && html`<br>${about}`}</span>`;
}

function renderComponent(state: ComponentState | undefined): Html {
  if (!state)
    return html`<td class="none"><span aria-hidden="true">–</span><span class="unseen">none</span></td>`;
  return html`<td class="${state.level}">${renderMarked(state.level, state.text)}</td>`;
}

/** A table of the VIPs: their holders, their members, and from where they answer. */
export function renderVips(vips: VipStatus[]): Html {
  const rows = vips.map(
    ({
      vip,
      address,
      holders,
      members,
      answers,
      level,
      text,
    }) => html`<tr><th scope="row">${vip} <span class="quiet">${address}</span></th>
<td class="${level}">${renderMarked(level, text)}</td>
<td>${holders.join(', ') || 'nobody'}</td>
<td>${members.join(', ')}</td>
<td>${lines(answers.map((one) => renderMarked(one.answers ? 'ok' : 'broken', `to ${one.from}${one.why ? `: ${one.why}` : ''}`)))}</td></tr>
`,
  );
  const heads = ['VIP', 'State', 'Held by', 'May hold it', 'Answers'];
  return html`<h2>VIPs</h2>
${inBox('vips', html`<tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>`, rows)}`;
}

/** A table for each service: its servers, as each HAProxy reports them. */
export function renderServices(services: ServiceStatus[]): Html {
  return html`<h2>Services</h2>
${services.map(renderService)}`;
}

function renderService(status: ServiceStatus, index: number): Html {
  const { service, vips, servers, level } = status;
  const balancers = [...new Set(servers.flatMap(({ seenBy }) => seenBy.map(({ balancer }) => balancer)))];
  const heads = balancers.map((balancer) => html`<th scope="col">as ${balancer} sees it</th>`);
  const id = `service-${index}`;
  const table = (name: string, some: ServerStatus[]) =>
    inBox(
      name,
      html`<tr><th scope="col">Server</th>${heads}</tr>`,
      some.map((server) => renderServer(server, balancers)),
      `Servers of ${service}${name === id ? '' : ' that are well'}`,
    );
  return html`<h3>${renderMark(level)} ${service} <span class="quiet">${describeService(status).join(', ')}${vips.length > 0 && `, at ${vips.join(', ')}`}</span></h3>
${
  servers.length === 0
    ? html`<p class="quiet">${describeTargets(status)}</p>`
    : servers.length > mostServers
      ? foldWell(servers, (server) => server.level === 'ok', id, 'server', table)
      : table(id, servers)
}
`;
}

function renderServer(server: ServerStatus, balancers: string[]): Html {
  const where = server.host ? '' : ', not one of the hosts';
  const place = placeText({ address: server.address });
  const cells = balancers.map((balancer) =>
    renderView(server.seenBy.find((view) => view.balancer === balancer)),
  );
  return html`<tr><th scope="row">${renderMark(server.level)} ${server.server} <span class="quiet">${place}${server.port !== undefined && html`<wbr>:${server.port}`}${where}</span></th>${cells}</tr>\n`;
}

function renderView(view: ServerView | undefined): Html {
  const level = levelOfServer(view?.status ?? '');
  if (!view?.status) return html`<td class="${level}">${renderMarked(level, 'HAProxy does not say')}</td>`;
  const about = [
    view.check,
    view.status === 'UP' || view.sessions > 0 ? count(view.sessions, 'session') : '',
  ];
  return html`<td class="${level}">${renderMarked(level, view.status)} <span class="quiet">${about.filter(Boolean).join(', ')}</span></td>`;
}

const lines = (parts: Html[]): Content => parts.map((part, index) => html`${index > 0 && html`<br>`}${part}`);

/** A table that scrolls in its own box where it is wider than the page, also by keyboard. */
export function inBox(id: string, head: Html, rows: Html[], label = id, kind = ''): Html {
  return html`<div class="scroll" id="${id}-box" tabindex="0" role="region" aria-label="${label}"><table${kind && html` class="${kind}"`}>
<thead>${head}</thead>
<tbody>
${rows}</tbody>
</table></div>`;
}
