import type { AnyAuthMethod } from 'ssh2';

/** One way to log in, tried at most once; one that asks a person, as long as it has something to offer. */
export interface Attempt {
  method: 'publickey' | 'password' | 'keyboard-interactive';
  /** Names it in the message when all attempts failed. */
  label: string;
  /** A person is asked, so it comes after all others, and only where the server is known to accept the method. */
  asks?: true | undefined;
  /** Is called when its turn comes, because decrypting a key takes a while. Undefined where it cannot be used after all. */
  prepare(): AnyAuthMethod | undefined | Promise<AnyAuthMethod | undefined>;
}
