import type { ExitCode } from '../errors';
import type { EventBody } from '../events/events';
import type { AskSecret, SshTarget } from '../host/connection';
import type { AskHostKey } from '../host/new-host-key';
import type { Inventory } from '../inventory/inventory';

/** Which hosts are meant, and how they are reached, over what the inventory and the user's ssh config say. */
export interface ReachOptions {
  /** Names of hosts and groups; all hosts where nothing is said. */
  limit?: string[] | undefined;
  user?: string | undefined;
  /** Paths of private keys. */
  identity?: string[] | undefined;
  port?: number | undefined;
  /** A path, in place of the user's known_hosts. */
  knownHosts?: string | undefined;
  /** A path, in place of ~/.ssh/config; `none` for no file. */
  sshConfig?: string | undefined;
  /** Take the key of a host that is not known yet; a changed key is always refused. */
  acceptNewHostKeys?: boolean | undefined;
  /** Where it is not said: where the user is not root. */
  sudo?: boolean | undefined;
  /** Seconds for each question. */
  answerWithin?: number | undefined;
}

/** What every command is given: the options that they share. */
export interface CommonOptions extends ReachOptions {
  /** Its path, as the user typed it. */
  inventory: string;
  /** What was read from it, where that is not to be read once more. */
  loaded?: Inventory;
  /** The hosts that are being connected to already, by their names. */
  begun?: ReadonlyMap<string, SshTarget>;
  /** Only these tasks, types of resource, resources or paths: see `picker`. */
  only?: string[] | undefined;
  json: boolean;
}

export interface Context {
  /** What values are read from. What is remembered for it, such as a passphrase, nobody else is given. */
  env: NodeJS.ProcessEnv;
  /** What programs are started with; `keepSecret` takes the variables out that only an inventory needs. */
  programEnv: NodeJS.ProcessEnv;
  /** Tells the reporter; secrets are masked on the way, once they are known. */
  emit(event: EventBody): void;
  /** Is told which inventory the command is about, once it was read. */
  reads?(inventory: Inventory): void;
  /** What this command is to do was agreed to: hooks hear how it ends, also where no host is changed. */
  isAgreed?(command: string): void;
  /** One of several runs that a command makes for itself has ended, each after what somebody did meanwhile. */
  hasEnded?(exitCode: ExitCode, error?: unknown): void;
  /** From here on these values are masked in everything that is printed, in place of those of the same inventory `of`. */
  keepSecret(secrets: Inventory['secrets'], of?: string): void;
  /**
   * Prints a command's own result on standard output: control characters of a text made visible, bytes just as they are
   * where no terminal would act on them.
   */
  print(text: string | Uint8Array): Promise<void>;
  /** Prints what a renderer made, which has made the words of others visible and has colours of its own. */
  printRendered(text: string): Promise<void>;
  /** As `printRendered`, on standard error: what programs on hosts said there. */
  printError(text: string): Promise<void>;
  /** Prints data; `indent` for people. */
  printJson(value: unknown, indent?: number): Promise<void>;
  color: boolean;
  columns: number;
  /** The terminal's height; absent where there is none that can be redrawn. */
  rows?: number;
  /** Whether there is an operator at a terminal. */
  canAsk: boolean;
  /**
   * Asks the operator, where there is one; shows what it is about, where that was not printed. Use `agreed`.
   * @param plan what it is about as data, as a program is asked
   */
  confirm(question: string, about: string, plan?: object): Promise<'yes' | 'no' | 'left'>;
  /** Asks the operator for what a login, or an encrypted file, needs; absent where nobody can be asked. */
  askSecret?: AskSecret | undefined;
  /** Asks whether the first key of a host is taken; absent where nobody can be asked. */
  askHostKey?: AskHostKey | undefined;
  /** Aborted by the first Ctrl-C: begin nothing new. */
  stopping: AbortSignal;
  /** Aborted where nobody wants to know what hosts answer any more; a command's process ends then. */
  cancel?: AbortSignal;
  /**
   * From here on hosts are changed, or what is `elsewhere`: Ctrl-C does not leave at once any more, and `stopping` is what
   * happens then.
   */
  begin(stopping?: string, where?: 'elsewhere'): void;
}
