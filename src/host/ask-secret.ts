/** What a login asks the person at the terminal. */
export interface SecretQuestion {
  /** haprov's name of the host that wants to know; absent where the answer serves several hosts. */
  host?: string;
  /** In OpenSSH's words, or the server's. May have several lines, and control characters. */
  text: string;
  /** Whether what is typed stays hidden. */
  isSecret: boolean;
  /** Whether the answer may be several lines, where they are pasted. */
  mayHaveLines?: boolean;
  kind: 'passphrase' | 'password' | 'prompt' | 'sudo';
  /** Aborted where nobody waits for the answer any more, as when the host has ended the login: the question is withdrawn. */
  until?: AbortSignal;
  /** Why the host is logged in at once more, where the command has logged in before. */
  why?: string;
}

/** Why a command logs in once more at a host. */
export const loginReasons = {
  lost: 'the connection was lost, so haprov logs in once more',
  confirm: 'what was changed stays only where one can still log in, so haprov logs in once more',
} as const;

/** Asks the person, one question at a time, for all hosts of a command. Undefined where he does not answer. */
export type AskSecret = (question: SecretQuestion) => Promise<string | undefined>;
