/** A line that a host has logged. */
export interface LogEntry {
  host: string;
  /** Milliseconds since the epoch, by the host's clock; with a fraction. */
  at: number;
  /** As the host has it: "haproxy.service"; '' where none is known. */
  unit: string;
  program: string;
  pid: string;
  /** 0 (emergency) to 7 (debug); absent where it is not known. */
  priority?: number;
  /** Of syslog: 3 for what a unit prints; absent where it is not known. */
  facility?: number;
  message: string;
  /** Where journald goes on behind it. */
  cursor?: string;
}

/** HAProxy puts its level and its process before what it prints, which has no priority of its own: `[WARNING]  (12) : `. */
export const printedPrefix = /^\[([A-Z]+)\]\s+(?:\d+\/\d+ )?\(\d+\) : /;
const levels: Readonly<Record<string, string>> = { ALERT: '1', WARNING: '4', NOTICE: '5' };

/** Reads an entry as `journalctl -o json` prints it; undefined for what is none. */
export function journalEntry(host: string, row: string): LogEntry | undefined {
  let fields: Record<string, unknown>;
  try {
    fields = Object(JSON.parse(row)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const text = (name: string) => textOf(fields[name]);
  const at = Number(text('__REALTIME_TIMESTAMP')) / 1000;
  if (!at) return undefined;
  const message = text('MESSAGE');
  const priority = levels[printedPrefix.exec(message)?.[1] ?? ''] ?? text('PRIORITY');
  const facility = text('SYSLOG_FACILITY');
  const cursor = text('__CURSOR');
  return {
    host,
    at,
    unit: text('UNIT') || text('_SYSTEMD_UNIT'),
    program: text('SYSLOG_IDENTIFIER') || text('_COMM'),
    pid: text('SYSLOG_PID') || text('_PID'),
    ...(priority === '' ? {} : { priority: Number(priority) }),
    ...(facility === '' ? {} : { facility: Number(facility) }),
    message,
    ...(cursor === '' ? {} : { cursor }),
  };
}

/** A field is a text, its bytes where it is no UTF-8, or a list of them where it is there more than once. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return '';
  return value.every((one) => typeof one === 'number')
    ? Buffer.from(value as number[]).toString()
    : textOf(value[0]);
}

/** What syslog's file does not say in its lines. */
export interface SyslogPlace {
  /** Of the host, as `date +%z` says it: "+0200". */
  zone: string;
  /** Of the file's last line. */
  year: number;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Reads a line of /var/log/messages as rsyslog has it by default, or with ISO times; undefined for what is none.
 * @param now by the host's clock: a line without a year is not from tomorrow
 */
export function syslogEntry(
  host: string,
  row: string,
  place: SyslogPlace,
  now: number,
): LogEntry | undefined {
  const [, time = '', rest = ''] =
    /^((?:[A-Z][a-z]{2} [ \d]\d|\d{4}-\d\d-\d\dT)\S* ?(?:[\d:]{8})?) ?(.*)$/s.exec(row) ?? [];
  const [, program = '', pid = '', message = ''] = /^\S+ ([^\s:[]+)(?:\[(\d+)\])?: ?(.*)$/s.exec(rest) ?? [];
  const at = timeOf(time.trim(), place, now);
  if (at === undefined || program === '') return undefined;
  return { host, at, unit: '', program, pid, message };
}

function timeOf(text: string, { zone, year }: SyslogPlace, now: number): number | undefined {
  if (/^\d{4}/.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? undefined : at;
  }
  const [, name = '', day = '', clock = ''] = /^(\w{3}) +(\d+) ([\d:]{8})$/.exec(text) ?? [];
  const month = months.indexOf(name) + 1;
  if (month === 0) return undefined;
  const two = (number: number | string) => String(number).padStart(2, '0');
  const inYear = (one: number) =>
    Date.parse(`${one}-${two(month)}-${two(day)}T${clock}${zone.replace(/(\d\d)$/, ':$1')}`);
  const at = inYear(year);
  if (Number.isNaN(at)) return undefined;
  return at > now + 24 * 3_600_000 ? inYear(year - 1) : at;
}

/** Whether a program's line is of a unit: without journald nobody says. "Keepalived_vrrp" is of keepalived. */
export function isOfUnit(program: string, units: readonly string[]): boolean {
  const name = program.toLowerCase();
  return units.some((unit) => name.startsWith(unit.replace(/\.service$/, '').toLowerCase()));
}
