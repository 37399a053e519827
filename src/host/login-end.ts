import type { SshTarget } from './ssh-config';

/** What ends a login that is under way; undefined where nothing can. */
export function endOf({ cut, gate }: Pick<SshTarget, 'cut' | 'gate'>): AbortSignal | undefined {
  return cut && gate ? AbortSignal.any([cut, gate.signal]) : (cut ?? gate?.signal);
}

/** The result of a login's `work`, of which nobody hears any more once the login is ended. @throws Error where it is */
export async function unlessEnded<T>(target: Pick<SshTarget, 'cut' | 'gate'>, work: Promise<T>): Promise<T> {
  const end = endOf(target);
  if (!end) return work;
  let leave = (): void => {};
  const ended = new Promise<never>((_, reject) => {
    leave = () => reject(new Error('the login is not wanted any more'));
    if (end.aborted) leave();
    end.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    end.removeEventListener('abort', leave);
  }
}
