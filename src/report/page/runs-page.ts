import type { RunResult, StepReport } from '../../host/run-report';
import type { Level } from '../../status/status';
import { eachText } from '../../text/each-text';
import { count, visibleLines } from '../../text/format';
import { renderValues } from '../change-text';
import { renderDiff } from '../diff';
import { allVisible } from '../level';
import {
  type LoggedHost,
  type LoggedRun,
  type LoggedStep,
  nameOfStep,
  resultText,
  whyEnded,
} from '../log-text';
import { renderDocument, renderTime } from './document';
import { type Html, html } from './html';
import { renderMark } from './mark';

/** Runs as hosts told of them; `trouble` is what those said that could not be asked, or why nobody could. */
export interface RunsView {
  runs: readonly LoggedRun[];
  trouble?: string;
}

/** How many runs a page lists, the newest. */
const mostRuns = 100;
/** How many characters of one run's diffs a page shows. */
const mostShown = 1 << 20;

/** The place of the runs on the status page: what is in it is loaded when it is opened. */
export function renderRunsPlace(): Html {
  return html`<section id="runs" aria-labelledby="runs-title">
<h2 id="runs-title">Runs</h2>
<details data-load="runs"><summary>Who changed what, when, and how it ended</summary><div class="lazy"><p><a href="runs">The runs that the hosts keep</a></p></div></details>
</section>`;
}

/** A page that lists runs, the newest first; the script of an open status page takes what is in `data-content`. */
export function renderRunsPage(view: RunsView): string {
  const { trouble, runs } = visibleView(view);
  const left = runs.length - mostRuns;
  const list = html`${renderTrouble(trouble)}
${runs.length === 0 && trouble === undefined && html`<p>No host keeps a run yet.</p>`}
<ol class="runs">
${runs.slice(0, mostRuns).map((run) => html`<li>${renderRow(run)}</li>\n`)}</ol>
${left > 0 && html`<p class="quiet">${count(left, 'older run')}: haprov log says more.</p>`}`;
  return renderPage('Runs', html`<a href="./">status</a>`, list, 'The newest first');
}

/** A page of one run, with what it changed. */
export function renderRunPage(name: string, view: RunsView): string {
  const { trouble, runs } = visibleView(view);
  const [run] = runs;
  const ways = html`<a href="../">status</a> · <a href="../runs">all runs</a>`;
  return renderPage(allVisible(name), ways, html`${renderTrouble(trouble)}\n${run && renderRun(run)}`);
}

const visibleView = (view: RunsView): RunsView => eachText(view, visibleLines);

const renderPage = (title: string, ways: Html, content: Html, heading?: string): string =>
  renderDocument({
    title: `${title}: haprov`,
    icon: 'note',
    body: html`<main>
<nav class="where" aria-label="Pages">haprov: ${ways}</nav>
<h1>${title}</h1>
${heading !== undefined && html`<h2>${heading}</h2>`}
<div data-content>${content}</div>
</main>`,
  });

const renderTrouble = (trouble: string | undefined) =>
  trouble !== undefined &&
  html`<p class="trouble">${renderMark('broken')} Not all hosts could be asked: ${trouble}</p>`;

const levelOf: Record<RunResult, Level> = {
  finished: 'ok',
  'not back': 'broken',
  'not booted': 'broken',
  restored: 'warning',
  refused: 'warning',
  broken: 'broken',
  'being made': 'note',
  unfinished: 'warning',
  damaged: 'broken',
};

const severity: Level[] = ['broken', 'warning', 'unknown', 'note', 'ok'];

function renderRow(run: LoggedRun): Html {
  const levels = run.hosts.map(({ result }) => levelOf[result]);
  const worst = severity.find((level) => levels.includes(level)) ?? 'unknown';
  const ends = grouped(run.hosts, resultText).map(
    ([example, all]) => `${resultText(example)} on ${namesOf(all.map(({ host }) => host))}`,
  );
  const path = `runs/${encodeURIComponent(run.run)}`;
  return html`<details class="run" data-load="${path}"><summary><h3>${renderMark(worst)} ${run.command}, ${renderWhen(run)}</h3> <span class="quiet">${ends.join('; ')} · by ${run.owner}</span></summary><div class="lazy"><p><a href="${path}">What it changed</a></p></div></details>`;
}

const renderWhen = ({ startedAt }: LoggedRun): Html =>
  startedAt === '' ? html`at an unknown time` : renderTime(startedAt, true);

/** How it ended, and on which hosts alike. */
function outcomes(
  run: LoggedRun,
): { text: string; why: string | undefined; level: Level; hosts: string[] }[] {
  const key = (host: LoggedHost) => `${resultText(host)} ${whyEnded(host, run)}`;
  return grouped(run.hosts, key).map(([example, all]) => ({
    text: resultText(example),
    why: whyEnded(example, run),
    level: levelOf[example.result],
    hosts: all.map(({ host }) => host),
  }));
}

function renderRun(run: LoggedRun): Html {
  const steps = run.hosts.flatMap((host) => host.steps.map((step) => ({ host, step })));
  // Alike but for the time that they took, and what a failed one said.
  const alike = grouped(steps, ({ step }) => JSON.stringify({ ...step, ms: 0, failure: undefined }));
  const order = (one: LoggedStep) => steps.findIndex(({ step }) => nameOfStep(step) === nameOfStep(one));
  const sorted = alike.sort(([a], [b]) => order(a.step) - order(b.step));
  let room = mostShown;
  const isShown = (step: LoggedStep) => {
    room -= (step.text?.from?.length ?? 0) + (step.text?.to?.length ?? 0);
    return room > 0;
  };
  return html`<p class="quiet">${run.run} · ${run.command} of ${run.inventory} by ${run.owner}, ${renderWhen(run)}</p>
<ul class="plain">
${outcomes(run).map(({ text, why, level, hosts }) => html`<li>${renderMark(level)} ${text} on ${namesOf(hosts)}${why !== undefined && html` <span class="quiet">${why}</span>`}</li>\n`)}</ul>
<ul class="plain">
${sorted.map(([{ step }, all]) => html`<li>${renderStep(step, all, isShown(step))}</li>\n`)}</ul>
${run.hosts.some(isOfANewerOne) && html`<p>Made by a newer haprov, whose log says more.</p>`}`;
}

const isOfANewerOne = ({ unknownFormat }: LoggedHost) => unknownFormat !== undefined;

interface StepOn {
  host: LoggedHost;
  step: LoggedStep;
}

const stepLevels: Record<StepReport['status'], Level> = {
  done: 'ok',
  undone: 'warning',
  stays: 'note',
  failed: 'broken',
  staged: 'note',
  'under way': 'note',
  'not begun': 'note',
};

function renderStep(step: LoggedStep, all: readonly StepOn[], isShown: boolean): Html {
  const hosts = namesOf(all.map(({ host }) => host.host));
  const head = html`${renderMark(stepLevels[step.status])} ${nameOfStep(step)} <span class="quiet">${step.status} on ${hosts}</span>`;
  const about = [
    ...renderValues(step.attributes ?? []).map((value) => html`<p class="value"><code>${value}</code></p>`),
    ...(step.notes ?? []).map((note) => html`<p class="quiet">${note}</p>`),
    ...renderFailures(all),
  ];
  if (!step.text) return html`${head}${about}`;
  if (!isShown)
    return html`${head}${about}<p class="quiet">The page would be too long with it: haprov log --diff shows it.</p>`;
  const diff = renderDiff({ path: step.target, ...step.text }, { color: false });
  return html`<details class="file"><summary>${head}</summary>${renderLines(diff.split('\n').slice(2), step.target)}</details>${about}`;
}

const mostFailures = 5;

/** What a step said where it failed, of some of the hosts. */
function renderFailures(all: readonly StepOn[]): Html[] {
  const failed = all.flatMap(({ host, step }) =>
    step.failure ? [{ host: host.host, ...step.failure }] : [],
  );
  const shown = failed.slice(0, mostFailures).map(({ host, part, code, command, output }) => {
    const said = output.split('\n').filter(Boolean);
    return html`<p>${part} failed on ${host}, exit code ${code}${command && html`: <code>${command}</code>`}</p>
${said.length > 0 && html`<ul class="evidence">${said.map((line) => html`<li><code>${line}</code></li>`)}</ul>`}`;
  });
  const left = failed.length - shown.length;
  return left > 0
    ? [...shown, html`<p class="quiet">and on ${count(left, 'more host')}: haprov log says more</p>`]
    : shown;
}

/** A diff, line by line; it scrolls in its own box, also by keyboard. */
function renderLines(lines: readonly string[], path: string): Html {
  const rows = lines.map((line) => {
    const rest = `${line}\n`;
    if (line.startsWith('+')) return html`<ins>${rest}</ins>`;
    if (line.startsWith('-')) return html`<del>${rest}</del>`;
    return html`<span${line.startsWith('@@') && html` class="quiet"`}>${rest}</span>`;
  });
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What changed in ${path}"><pre class="diff">${rows}</pre></div>`;
}

const shownNames = 5;

function namesOf(hosts: readonly string[]): string {
  const more = hosts.length - shownNames;
  return more > 1 ? `${hosts.slice(0, shownNames).join(', ')} and ${more} more` : hosts.join(', ');
}

function grouped<T>(all: readonly T[], key: (one: T) => string): [example: T, all: T[]][] {
  const groups = new Map<string, [T, T[]]>();
  for (const one of all) {
    const group = groups.get(key(one));
    if (group) group[1].push(one);
    else groups.set(key(one), [one, [one]]);
  }
  return [...groups.values()];
}
