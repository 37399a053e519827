/** What a host's programs say of what is on its disk, and what was changed there since HAProxy began. */
export interface OnDisk {
  /** What `haproxy -c` says, where it was asked: undefined means that HAProxy takes it. */
  haproxy?: { refusal: string | undefined };
  /** What `keepalived -t` complains of, where it does. */
  keepalived?: { isRefused: boolean; says: string[] };
  /** Files of HAProxy's that were changed after its newest process began. */
  changedSince: string[];
}

/** The kernel's own idea of when a file was written is some hundredths of a second late; in seconds. */
const tolerance = 0.05;

/** Reads what `look_at_configuration` and `look_at_keepalived` print, behind `clock NOW UPTIME TICKS_OF_NEWEST_PROCESS`. */
export function readOnDisk(rows: readonly string[]): OnDisk {
  const of = (kind: string) =>
    rows.filter((row) => row.startsWith(`${kind} `)).map((row) => row.slice(kind.length + 1));
  const [now = 0, uptime = 0, newest = 0] = (of('clock')[0] ?? '').split(' ').map(Number);
  const began = now - uptime + newest / 100;
  const [verdict] = of('configuration');
  const isSame = of('loaded').includes('same');
  const ofKeepalived = of('keepalived-file');
  return {
    ...(verdict === undefined
      ? {}
      : { haproxy: { refusal: verdict === 'valid' ? undefined : verdict.replace(/^refused ?/, '') } }),
    ...(ofKeepalived.length === 0
      ? {}
      : {
          keepalived: {
            isRefused: ofKeepalived.includes('refused'),
            says: ofKeepalived.flatMap((row) => /^says (.*)/.exec(row)?.[1] ?? []),
          },
        }),
    changedSince:
      newest === 0 || isSame
        ? []
        : of('changed').flatMap((row) => {
            const [, seconds = '0', path = ''] = /^(\S+) (.*)$/.exec(row) ?? [];
            return Number(seconds) > began + tolerance ? [path] : [];
          }),
  };
}
