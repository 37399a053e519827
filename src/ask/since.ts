const units: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/**
 * The time that a user means, in milliseconds since the epoch: "10m", "2h ago", "-1d", "@1767323045", "19:05", "today", "yesterday",
 * "2026-01-02", "2026-01-02 03:04:05"; without a zone, this machine's. Undefined for what is none.
 */
export function sinceTime(text: string, now: Date): number | undefined {
  const word = text.trim().toLowerCase();
  const [, count = '', unit = ''] =
    /^-?(\d+(?:\.\d+)?) ?(s|m|h|d|w)(?:ec|ecs|econds?|in|ins|inutes?|ours?|rs?|ays?|eeks?)?(?: ago)?$/.exec(
      word,
    ) ?? [];
  if (unit) return now.getTime() - Number(count) * (units[unit] ?? 0) * 1000;
  if (/^@\d+(\.\d+)?$/.test(word)) return Number(word.slice(1)) * 1000;
  const day = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  if (word === 'now') return now.getTime();
  if (word === 'today') return day.getTime();
  if (word === 'yesterday') return new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1).getTime();
  const [, hour, minute, second = '0'] = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(word) ?? [];
  if (hour !== undefined)
    return Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
      ? day.setHours(Number(hour), Number(minute), Number(second))
      : undefined;
  if (!/^\d{4}-\d\d-\d\d/.test(word)) return undefined;
  const at = Date.parse(/^\d{4}-\d\d-\d\d$/.test(word) ? `${word}T00:00:00` : text.trim().replace(' ', 'T'));
  // Date.parse takes 31 February for 3 March.
  const isThere = new Date(`${word.slice(0, 10)}T00:00:00`).getDate() === Number(word.slice(8, 10));
  return Number.isNaN(at) || !isThere ? undefined : at;
}
