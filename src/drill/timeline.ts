import { type Html, html } from '../report/page/html';
import { cutToWidth, displayWidth } from '../text/format';
import type { DrillProbe, DrillSample, ScenarioResult } from './drill-report';
import { exactSeconds } from './exact-seconds';
import { placeFlags } from './timeline-flags';

/** In the drawing's units; on a wide page they are pixels. */
const width = 1200;
const margin = 10;
const letter = 6.7;
const flagHeight = 17;
const trackHeight = 24;
const laneHeight = 52;

type Scale = (ms: number) => number;

/**
 * A scenario's timeline as SVG, time from left to right: the moments on top, a lane for each probe, a lane for each holder of
 * each VIP, and seconds below.
 */
export function renderTimeline(result: ScenarioResult): Html {
  const endMs = lastMoment(result);
  const x: Scale = (ms) => round(margin + (Math.min(Math.max(ms, 0), endMs) / endMs) * (width - 2 * margin));
  const moments = renderMoments(result.moments, x);
  const lanes = [
    ...result.probes.map((probe) => (top: number) => renderProbe(probe, x, top)),
    ...holdings(result).map((held) => (top: number) => renderHolding(held, x, top)),
  ];
  const bottom = moments.height + lanes.length * laneHeight + 6;
  const drawn = lanes.map((lane, index) => lane(moments.height + index * laneHeight));
  return html`<svg class="timeline" viewBox="0 0 ${width} ${bottom + 20}" role="img" aria-label="Timeline of ${result.title}; the table above and the list below say the same.">
${renderAxis(endMs, x, moments.height, bottom)}
${drawn.map(({ back }) => back)}
${moments.lines(bottom)}
${drawn.map(({ front }) => front)}
${moments.flags}
</svg>`;
}

function lastMoment({ durationMs, moments, holders, probes }: ScenarioResult): number {
  const sent = probes.flatMap(({ samples }) => samples.slice(-1).map(({ atMs }) => atMs));
  const rest = [...moments.map(({ atMs }) => atMs), ...holders.map(({ toMs }) => toMs)];
  return Math.max(1000, durationMs, ...sent, ...rest);
}

interface Lane {
  back: Html;
  front: Html;
}

function renderProbe(probe: DrillProbe, x: Scale, top: number): Lane {
  const track = top + 18;
  const name = `${probe.target}, from ${probe.from}`;
  const counted = `${probe.lost} of ${probe.sent} lost, longest gap ${exactSeconds(probe.longestGapMs)}`;
  const served = probe.samples.filter(({ failure }) => failure === undefined);
  const failed = probe.samples.filter(({ failure }) => failure !== undefined);
  const gap = longestGap(probe.samples);
  return {
    back: html`<rect class="track" x="${margin}" y="${track}" width="${width - 2 * margin}" height="${trackHeight}"/>
${gap && html`<rect class="gap" x="${x(gap.fromMs)}" y="${track}" width="${round(Math.max(2, x(gap.toMs) - x(gap.fromMs)))}" height="${trackHeight}"/>`}
<path class="served" d="${ticks(served, x, track + 14, 10)}"/>
<path class="failed" d="${ticks(failed, x, track, trackHeight)}"/>`,
    front: label(`${cutToWidth(name, 110)}: ${counted}`, `${name}: ${counted}`, top + 13),
  };
}

/** A line for each request; requests at the same place share one. */
function ticks(samples: DrillSample[], x: Scale, top: number, height: number): string {
  const places = new Set(samples.map(({ atMs }) => x(atMs)));
  return [...places].map((place) => `M${place} ${top}v${height}`).join('');
}

/** The longest gap, as the probe counts it: from sending the last served request to sending the next, or to the last loss. */
export function longestGap(samples: DrillSample[]): { fromMs: number; toMs: number } | undefined {
  const first = samples.findIndex(({ failure }) => failure === undefined);
  let longest: { fromMs: number; toMs: number } | undefined;
  let servedAt = 0;
  let failedUntil: number | undefined;
  const end = (toMs: number) => {
    if (!longest || toMs - servedAt > longest.toMs - longest.fromMs) longest = { fromMs: servedAt, toMs };
  };
  for (const { atMs, ms, failure } of first < 0 ? [] : samples.slice(first)) {
    if (failure !== undefined) {
      failedUntil = Math.max(failedUntil ?? 0, atMs + ms);
      continue;
    }
    if (failedUntil !== undefined) end(atMs);
    servedAt = atMs;
    failedUntil = undefined;
  }
  if (failedUntil !== undefined) end(failedUntil);
  return longest;
}

interface Holding {
  vip: string;
  host: string;
  spans: { fromMs: number; toMs: number }[];
}

/** A lane for each VIP and host, because two hosts may hold one VIP at once. */
function holdings({ holders }: ScenarioResult): Holding[] {
  const all = new Map<string, Holding>();
  for (const { vip, host, fromMs, toMs } of holders) {
    const key = JSON.stringify([vip, host]);
    const one = all.get(key) ?? { vip, host, spans: [] };
    one.spans.push({ fromMs, toMs });
    all.set(key, one);
  }
  return [...all.values()].sort((one, other) => (one.vip < other.vip ? -1 : one.vip > other.vip ? 1 : 0));
}

function renderHolding({ vip, host, spans }: Holding, x: Scale, top: number): Lane {
  const track = top + 18;
  const bars = spans.map(({ fromMs, toMs }) => {
    const wide = round(Math.max(2, x(toMs) - x(fromMs)));
    const words = `${exactSeconds(fromMs)} to ${exactSeconds(toMs)}`;
    const fits = displayWidth(words) * letter + 12 < wide;
    return html`<rect class="held" x="${x(fromMs)}" y="${track}" width="${wide}" height="${trackHeight}"><title>${words}</title></rect>
${fits && html`<text class="inside" x="${x(fromMs) + 6}" y="${track + 16}">${words}</text>`}`;
  });
  const name = `${vip} on ${host}`;
  return {
    back: html`<rect class="track" x="${margin}" y="${track}" width="${width - 2 * margin}" height="${trackHeight}"/>
${bars}`,
    front: label(cutToWidth(name, 150), name, top + 13),
  };
}

/** A text on a rectangle of the background's colour, which hides lines behind it. */
function label(words: string, whole: string, y: number): Html {
  return html`<g><title>${whole}</title><rect class="flag" x="${margin}" y="${y - 12}" width="${round(displayWidth(words) * letter)}" height="16"/><text x="${margin}" y="${y}">${words}</text></g>
`;
}

function renderMoments(moments: ScenarioResult['moments'], x: Scale) {
  const sorted = [...moments].sort((one, other) => one.atMs - other.atMs);
  const words = sorted.map(
    ({ atMs, host, text }) =>
      `${exactSeconds(atMs)} ${host ? `${cutToWidth(host, 24)}: ` : ''}${cutToWidth(text, 50)}`,
  );
  const wishes = sorted.map(({ atMs }, index) => ({
    x: x(atMs),
    width: round(displayWidth(words[index] ?? '') * letter),
  }));
  const flags = placeFlags(wishes, width).map((flag, index) => ({
    ...flag,
    x: wishes[index]?.x ?? 0,
    width: wishes[index]?.width ?? 0,
    words: words[index] ?? '',
  }));
  const rows = Math.max(0, ...flags.map(({ row }) => row + 1));
  const yOf = (row: number) => (rows - row) * flagHeight - 4;
  return {
    height: rows * flagHeight + 8,
    lines: (bottom: number) =>
      flags.map((flag) => html`<path class="moment" d="M${flag.x} ${yOf(flag.row) - 11}V${bottom}"/>\n`),
    flags: flags.map(
      (
        flag,
      ) => html`<g><rect class="flag" x="${flag.left - 2}" y="${yOf(flag.row) - 12}" width="${flag.width + 4}" height="16"/>${renderWords(flag, yOf(flag.row))}</g>
`,
    ),
  };
}

/** A text that ends or begins at its line, however wide the reader's font is. */
function renderWords({ x, left, words }: { x: number; left: number; words: string }, y: number): Html {
  if (left > x) return html`<text x="${left}" y="${y}">${words}</text>`;
  return html`<text x="${round(x - 4)}" y="${y}" text-anchor="end">${words}</text>`;
}

function renderAxis(endMs: number, x: Scale, top: number, bottom: number): Html[] {
  const step =
    [0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600].find((one) => endMs / 1000 / one <= 15) ?? 1800;
  const places = Array.from({ length: Math.floor(endMs / 1000 / step) + 1 }, (_, index) => index * step);
  return places.map((place) => {
    const at = x(place * 1000);
    const anchor = at < 20 ? 'start' : at > width - 30 ? 'end' : 'middle';
    return html`<path class="grid" d="M${at} ${top}V${bottom}"/><text class="soft" x="${at}" y="${bottom + 15}" text-anchor="${anchor}">${Number(place.toFixed(1))} s</text>
`;
  });
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
