/** Of Linux, from 1 on. */
const names =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS'.split(
    ' ',
  );

/** The signal that a shell's exit code stands for; undefined where it stands for none. A command may end with such a code by itself. */
export function signalOf(code: number | null): string | undefined {
  const name = names[(code ?? 0) - 129];
  return name === undefined ? undefined : `SIG${name}`;
}
