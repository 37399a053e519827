import { allVisible, marks } from '../report/level';
import { renderDocument, renderTime } from '../report/page/document';
import { type Html, html } from '../report/page/html';
import { renderMark, renderMarked } from '../report/page/mark';
import { inBox } from '../report/page/status-tables';
import type { Level } from '../status/status';
import { count } from '../text/format';
import type { DrillReport, ScenarioResult } from './drill-report';
import { exactSeconds } from './exact-seconds';
import { renderTimeline } from './timeline';

/** The report as one HTML page without other files: the verdict, a table, and a timeline of each scenario. */
export function renderDrillPage(report: DrillReport): string {
  const shown = allVisible(report);
  const [level, headline] = verdict(shown);
  return renderDocument({
    title: `${marks[level]} ${shown.inventory}: haprov drill`,
    icon: level,
    // No name in the report can make a browser run or fetch anything.
    head: html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
`,
    body: html`<main>
<p class="where">haprov drill of <b>${shown.inventory}</b></p>
<div class="headline ${level}"><h1>${renderMark(level)} ${headline}</h1>${renderRestored(shown)}</div>
${renderFacts(shown)}
<h2>Scenarios</h2>
${renderTable(shown.results)}
${
  shown.results.some(({ status }) => status !== 'skipped') &&
  html`<h2>Timelines</h2>
${key}
${shown.results.map(renderScenario)}`
}
</main>`,
  });
}

function verdict({ passed, restored, interrupted, results }: DrillReport): [Level, string] {
  const bad = results.filter(({ status }) => status === 'failed' || status === 'not-restored').length;
  const ran = results.filter(({ status }) => status !== 'skipped').length;
  const skipped = ran < results.length ? `, ${results.length - ran} skipped` : '';
  if (!restored) return ['broken', 'Not everything is as it was before: hands are needed'];
  if (interrupted) return ['warning', `Interrupted after ${count(ran, 'scenario')}${skipped}`];
  if (bad > 0) return ['broken', `${bad} of ${count(ran, 'scenario')} failed${skipped}`];
  if (!passed) return ['warning', 'Not passed'];
  return ran === 0
    ? ['note', `No scenario was run${skipped}`]
    : ['ok', `${count(ran, 'scenario')} passed${skipped}`];
}

function renderRestored({ restored, results }: DrillReport): Html {
  if (restored) return html`<p>Everything is as it was before.</p>`;
  const left = results.filter(({ status }) => status === 'not-restored');
  return html`<ul>${left.map(({ title, reason }) => html`<li>${title}${reason && `: ${reason}`}</li>`)}</ul>
<p><b>Next:</b> haprov status says what is broken.</p>`;
}

function renderFacts({ hosts, startedAt, endedAt, results }: DrillReport): Html {
  const sent = results.reduce((sum, one) => sum + one.sent, 0);
  const lost = results.reduce((sum, one) => sum + one.lost, 0);
  return html`<dl class="facts">
<dt>Hosts</dt><dd>${hosts.join(', ')}</dd>
<dt>Began</dt><dd>${renderTime(startedAt)}</dd>
<dt>Ended</dt><dd>${renderTime(endedAt)}</dd>
<dt>Requests</dt><dd>${lost} of ${sent} lost</dd>
</dl>`;
}

const levels: Record<ScenarioResult['status'], Level> = {
  passed: 'ok',
  failed: 'broken',
  skipped: 'note',
  'not-restored': 'broken',
};
const words: Record<ScenarioResult['status'], string> = {
  passed: 'passed',
  failed: 'failed',
  skipped: 'skipped',
  'not-restored': 'not restored',
};

function renderTable(results: ScenarioResult[]): Html {
  const heads = ['Scenario', 'Verdict', 'Lost / sent', 'Longest gap', 'Limit', 'New holder', 'Expected'];
  return inBox(
    'scenarios',
    html`<tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr>`,
    results.map(renderRow),
    'Scenarios',
  );
}

function renderRow(result: ScenarioResult): Html {
  const level = levels[result.status];
  const head = html`<th scope="row">${result.scenario} <span class="quiet">${result.title}</span></th>`;
  const end = html`<td class="${level} words">${renderMarked(level, words[result.status])}${result.reason && html` <span class="quiet">${result.reason}</span>`}</td>`;
  if (result.status === 'skipped')
    return html`<tr>${head}${end}${['', '', '', '', ''].map(() => none)}</tr>
`;
  return html`<tr>${head}
${end}
<td class="number">${result.lost} / ${result.sent}</td>
<td class="number">${exactSeconds(result.longestGapMs)}</td>
<td class="number">${exactSeconds(result.limitMs)}</td>
${renderTakeover(result)}
${renderExpected(result)}</tr>
`;
}

const none = html`<td class="none"><span aria-hidden="true">–</span><span class="unseen">none</span></td>`;

function renderTakeover({ takeoverMs, newHolder }: ScenarioResult): Html {
  if (takeoverMs === null) return none;
  return html`<td class="number">${newHolder && `${newHolder} `}after ${exactSeconds(takeoverMs)}</td>`;
}

function renderExpected({ expected }: ScenarioResult): Html {
  if (!expected) return none;
  const takeover =
    expected.takeoverMs === undefined ? '' : `, new holder after ${exactSeconds(expected.takeoverMs)}`;
  return html`<td class="number words">gap ${exactSeconds(expected.gapMs)}${takeover} <span class="quiet">${expected.formula}</span></td>`;
}

const sign = (shape: Html) => html`<svg viewBox="0 0 24 16" aria-hidden="true">${shape}</svg>`;
const key = html`<ul class="key">
<li>${sign(html`<path class="served" d="M6 6v10M12 6v10M18 6v10"/>`)} a request was served (short)</li>
<li>${sign(html`<path class="failed" d="M6 0v16M12 0v16M18 0v16"/>`)} a request was lost (tall)</li>
<li>${sign(html`<rect class="gap" x="1" y="1" width="22" height="14"/>`)} the longest gap</li>
<li>${sign(html`<rect class="held" x="1" y="1" width="22" height="14"/>`)} the host has the VIP</li>
<li>${sign(html`<path class="moment" d="M12 0v16"/>`)} something was done or seen</li>
</ul>`;

function renderScenario(result: ScenarioResult, index: number): Html | false {
  if (result.status === 'skipped') return false;
  const { scenario, title, status, reason, moments, probes } = result;
  return html`<section class="scenario"><h3>${renderMark(levels[status])} ${scenario}: ${title}</h3>
${reason && html`<p class="quiet">${words[status]}: ${reason}</p>`}
<figure>
<div class="scroll" id="timeline-${index}-box" tabindex="0" role="region" aria-label="Timeline of ${scenario}">${renderTimeline(result)}</div>
<figcaption><details><summary>The same in words</summary>
<ol>${moments.map(({ atMs, host, text }) => html`<li>${exactSeconds(atMs)} ${host && `${host}: `}${text}</li>`)}</ol>
<ul>${probes.map((probe) => html`<li>${probe.target}, from ${probe.from}: ${probe.lost} of ${probe.sent} lost, longest gap ${exactSeconds(probe.longestGapMs)}${whyLost(probe.samples)}</li>`)}</ul>
</details></figcaption>
</figure></section>
`;
}

/** Each reason for a lost request and its number, the most frequent first. */
function whyLost(samples: { failure?: string }[]): string {
  const often = new Map<string, number>();
  for (const { failure } of samples) if (failure) often.set(failure, (often.get(failure) ?? 0) + 1);
  const said = [...often].sort((one, other) => other[1] - one[1]).map(([why, times]) => `${times} × ${why}`);
  return said.length > 0 ? ` (${said.join(', ')})` : '';
}
