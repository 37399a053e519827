import type { Level, Status, StatusFinding } from '../../status/status';
import { count } from '../../text/format';
import { allVisible, marks } from '../level';
import { iconOf, renderDocument, renderTime } from './document';
import { asHtml, type Html, html } from './html';
import script from './live.client.js';
import { renderMark } from './mark';
import { type News, renderNews } from './news';
import { proofOf } from './proof';
import { renderRunsPlace } from './runs-page';
import { renderHosts, renderServices, renderVips } from './status-tables';

/** The content of the page's `<script>`, byte for byte: the server allows it by its hash. */
export const pageScript = script;

/** What the page shows. */
export interface StatusView {
  /** The newest status; absent until the first look has ended. */
  status?: Status;
  /** Why the last look failed; the status is then an older one. */
  trouble?: string;
  /** What changed while somebody looked on, the newest first. */
  news?: readonly News[];
  /** The status as an SVG diagram. */
  diagram?: string;
}

/** What the script of an open page replaces, without loading the page anew. */
interface StatusUpdate {
  title: string;
  icon: string;
  html: string;
}

/**
 * The whole page. `refreshSeconds` is for browsers without scripts; others get events from `live` beside the page.
 * @param hasRuns whether `runs` beside the page lists runs
 */
export function renderStatusPage(view: StatusView, refreshSeconds: number, hasRuns = false): string {
  return renderDocument({
    title: titleOf(view),
    icon: levelOf(view),
    head: html`<noscript><meta http-equiv="refresh" content="${refreshSeconds}"></noscript>\n`,
    body: html`<main data-patience="${refreshSeconds + 60}">\n${renderParts(view)}\n${hasRuns && renderRunsPlace()}\n</main>\n<script>${asHtml(script)}</script>`,
  });
}

/** The same, as data for the script of an open page. */
export function renderStatusUpdate(view: StatusView): StatusUpdate {
  return { title: titleOf(view), icon: iconOf(levelOf(view)), html: renderParts(view).text };
}

function levelOf({ status, trouble }: StatusView): Level {
  return trouble === undefined && status ? status.level : 'unknown';
}

function titleOf(view: StatusView): string {
  const name = view.status ? `${allVisible(view.status.inventory)}: ` : '';
  return `${marks[levelOf(view)]} ${name}haprov status`;
}

/** All parts of the page. The script replaces each `data-part` that has changed, so all of them are always there. */
function renderParts({ status, trouble, diagram, news = [] }: StatusView): Html {
  const { newest, earlier } = renderNews(news);
  const shown = status && allVisible(status);
  return html`<p class="where">haprov status<span id="inventory" data-part>${shown && html` of <b>${shown.inventory}</b>`}</span></p>
<div aria-live="polite">
${renderTrouble(shown, trouble)}
${renderHeadline(shown)}
</div>
${renderFirst(shown)}
<p id="freshness" data-part class="quiet">${shown && html`Last look: ${renderTime(shown.at)} <span id="age"></span>`}</p>
<div aria-live="polite"><p id="news" data-part${hiddenUnless(newest ?? false)}>${newest}</p></div>
<details id="earlier" data-part${hiddenUnless(earlier ?? false)}>${earlier}</details>
${renderSection('findings', shown && shown.findings.length > 1 && renderFindings(shown.findings.slice(1), shown))}
${renderSection('picture', diagram !== undefined && renderPicture(diagram))}
${renderSection('hosts', shown && shown.hosts.length > 0 && renderHosts(shown.hosts))}
${renderSection('vips', shown && shown.vips.length > 0 && renderVips(shown.vips))}
${renderSection('services', shown && shown.services.length > 0 && renderServices(shown.services))}`;
}

function renderSection(id: string, content: Html | false | undefined): Html {
  return html`<section id="${id}" data-part${hiddenUnless(content)}>${content}</section>`;
}

const hiddenUnless = (content: Html | false | undefined) => asHtml(content ? '' : ' hidden');

function renderTrouble(status: Status | undefined, trouble: string | undefined): Html {
  const since = status && html` What stands here is from ${renderTime(status.at)}.`;
  const words = trouble !== undefined && html`The last look failed: ${allVisible(trouble)}.${since}`;
  return html`<p id="stale" data-part class="stale"${hiddenUnless(words)}>${words}</p>`;
}

function renderHeadline(status: Status | undefined): Html {
  if (!status)
    return html`<div id="headline" data-part class="headline unknown"><h1>Looking for the first time …</h1></div>`;
  return html`<div id="headline" data-part class="headline ${status.level}"><h1>${renderMark(status.level)} ${status.headline}</h1></div>`;
}

/** The first finding's details, below the headline; screen readers do not read them out with it. */
function renderFirst(status: Status | undefined): Html {
  const [first] = status?.findings ?? [];
  const level = status?.level ?? 'unknown';
  const about = status && first && renderAbout(first, status);
  return html`<div id="first" data-part class="first ${level}"${hiddenUnless(about)}>${about}</div>`;
}

function renderFindings(findings: StatusFinding[], status: Status): Html {
  return html`<h2>${count(findings.length, 'more finding')}</h2>
<ol class="findings">
${findings.map((one) => html`<li class="${one.level}"><h3>${renderMark(one.level)} ${one.message}</h3>${renderAbout(one, status)}</li>\n`)}</ol>`;
}

function renderAbout(finding: StatusFinding, status: Status): Html {
  const { component, host, rule, evidence, next } = finding;
  const proof = proofOf(finding, status);
  return html`<p class="quiet">${component} on ${host} · ${rule}</p>
${evidence.length > 0 && html`<ul class="evidence">${evidence.map((line) => html`<li><code>${line}</code></li>`)}</ul>`}
${proof && html`<p class="quiet">See it on ${proof.on}: <code>${proof.command}</code></p>`}
${next && html`<p><b>Next:</b> ${next}</p>`}`;
}

function renderPicture(svg: string): Html {
  const address = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  return html`<h2>The way of a packet</h2>
<div class="scroll" id="picture-box" tabindex="0" role="region" aria-label="The way of a packet"><img src="${address}" decoding="sync" alt="From the client over the VIPs and HAProxy to the servers; the tables below say the same."></div>`;
}
