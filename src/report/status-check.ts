import type { Level, Status } from '../status/status';
import { visible } from '../text/format';
import { isUp } from './status-metrics';

/** The exit codes of a plugin of Nagios, by what it says of the service. */
const checkCodes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
type Word = keyof typeof checkCodes;
type Code = (typeof checkCodes)[Word];

/** A plugin's only line, and its exit code. */
export interface Check {
  text: string;
  code: Code;
}

const words: Record<Level, Word> = {
  ok: 'OK',
  note: 'OK',
  unknown: 'UNKNOWN',
  warning: 'WARNING',
  broken: 'CRITICAL',
};

/** A status as a plugin of Nagios says it: one line, with its figures (docs/monitoring.md). */
export function statusCheck(status: Status): Check {
  const { hosts, level, headline, findings } = status;
  const word = hosts.every(({ reached }) => !reached) ? 'UNKNOWN' : words[level];
  const more = findings.filter((one) => one.level !== 'note').length - 1;
  const said = more > 0 ? `${headline} (and ${more} more)` : headline;
  return checkOf(word, said, figuresOf(status));
}

/** What a plugin says that could not look. */
export const failedCheck = (why: string): Check => checkOf('UNKNOWN', why, '');

function checkOf(word: Word, said: string, figures: string): Check {
  // A bar begins the figures, and a second line is for more than this.
  const text = visible(said.replace(/[\s\u0085]+/g, ' ').replaceAll('|', '/')).trim();
  return { text: `HAPROV ${word} - ${text}${figures && ` | ${figures}`}`, code: checkCodes[word] };
}

/** `label=value;warning;critical;least;most`: no thresholds, the findings say what is wrong. */
function figuresOf({ hosts, vips, services, findings, certificates, at }: Status): string {
  const views = services.flatMap(({ servers }) => servers.flatMap(({ seenBy }) => seenBy));
  const up = views.filter(({ status }) => isUp(status));
  const of = (some: number, all: number) => `${some};;;0;${all}`;
  const count = (level: Level) => `${findings.filter((one) => one.level === level).length};;;0`;
  const ends = certificates.map(({ until }) => Date.parse(until));
  const days = Math.floor((Math.min(...ends) - Date.parse(at)) / (24 * 3600 * 1000));
  return [
    `hosts_up=${of(hosts.filter(({ reached }) => reached).length, hosts.length)}`,
    `vips_held=${of(vips.filter(({ holders }) => holders.length === 1).length, vips.length)}`,
    `servers_up=${of(up.length, views.length)}`,
    `broken=${count('broken')}`,
    `warnings=${count('warning')}`,
    ...(ends.length > 0 ? [`certificate_days=${days}`] : []),
  ].join(' ');
}
