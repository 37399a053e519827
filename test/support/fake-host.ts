import type { Connection, ExecOptions, ExecResult } from '../../src/host/connection';
import { checked, type RunScript } from '../../src/host/script-result';
import { missingFunctions } from '../shell/calls';

/** What a host answers to the scripts that `matches`. */
export interface Scripted {
  /** A part of the script, or a pattern of it. */
  matches: string | RegExp;
  stdout?: string;
  stderr?: string;
  code?: number;
  /** Answered this often, then no more; for ever where not given. */
  times?: number;
}

/** A host that answers what it was told to, and fails on every other script: a mistyped expectation is no success. */
export class FakeHost implements Connection {
  readonly user = 'root';
  readonly runScript: RunScript;
  /** Every script that was run, in order. */
  readonly scripts: string[] = [];
  closed = false;
  readonly #left: { scripted: Scripted; times: number }[];

  constructor(
    readonly host: string,
    scripted: readonly Scripted[],
  ) {
    this.runScript = checked(host, (script, options) => this.#answer(script, options));
    this.#left = scripted.map((one) => ({ scripted: one, times: one.times ?? Number.POSITIVE_INFINITY }));
  }

  get execs(): number {
    return this.scripts.length;
  }

  async #answer(script: string, { onStdout }: ExecOptions): Promise<ExecResult> {
    if (this.closed) throw new Error(`${this.host}: a script was run after the connection was closed`);
    this.scripts.push(script);
    const missing = missingFunctions(script);
    if (missing.length > 0) throw new Error(`a script calls what it does not have: ${missing.join(', ')}`);
    const answer = this.#left.find(
      ({ scripted: { matches }, times }) =>
        times > 0 && (typeof matches === 'string' ? script.includes(matches) : matches.test(script)),
    );
    if (!answer) throw new Error(`${this.host} was not told what to answer to:\n${script}`);
    answer.times -= 1;
    const { stdout = '', stderr = '', code = 0 } = answer.scripted;
    if (stdout) onStdout?.(stdout);
    return { code, stdout, stderr, ms: 0 };
  }

  close(): void {
    this.closed = true;
  }
}
