import type { Context } from '../planning/context';
import { isCI } from '../report/reporter';
import { visibleLines } from '../text/format';
import { askerAtTerminal } from './ask';
import { askByProgram, askpassProgram } from './askpass';
import type { Typed } from './hidden-line';

type AskSecret = NonNullable<Context['askSecret']>;

interface Surroundings {
  env: NodeJS.ProcessEnv;
  stopping: AbortSignal;
  mask(text: string): string;
  /** Is given each secret that was typed, so that it is never printed. */
  remember(secret: string): void;
  /** Keeps everybody from writing; returns what lets them go on. */
  silence(): Promise<() => void>;
  /** The person pressed Ctrl-C, or has gone. Ends the process where nothing is begun; otherwise the question is unanswered. */
  left(): Promise<void>;
}

/** Asks for secrets: one question at a time, while nothing else is written. */
export interface SecretAsker {
  /** Undefined where nobody can be asked: no terminal (or a CI job's), and no SSH_ASKPASS. */
  readonly ask: AskSecret | undefined;
  /** Ends when no question is open. */
  isDone(): Promise<unknown>;
}

/** Asks at the terminal, or by the user's SSH_ASKPASS. */
export function secretAsker(around: Surroundings): SecretAsker {
  const { env, stopping } = around;
  const one: AskSecret = async ({ host, text, isSecret, why }) => {
    const read = reader(env);
    if (stopping.aborted || !read) return undefined;
    const goOn = await around.silence();
    try {
      const typed = await read(
        around.mask(visibleLines(worded(host, why === undefined ? text : `${why}.\n${text}`))),
        isSecret,
        stopping,
      );
      if (typed === 'left') await around.left();
      if (typeof typed === 'string') return undefined;
      if (isSecret && typed.line) around.remember(typed.line);
      return typed.line;
    } finally {
      goOn();
    }
  };
  let open: Promise<unknown> = Promise.resolve();
  // Always the same, because the answers are remembered for it.
  const ask: AskSecret = (question) => {
    const answer = open.then(() => one(question));
    open = answer;
    return answer;
  };
  return {
    get ask(): AskSecret | undefined {
      return reader(env) ? ask : undefined;
    },
    isDone: () => open,
  };
}

type Read = (text: string, isHidden: boolean, signal: AbortSignal) => Promise<Typed>;

function reader(env: NodeJS.ProcessEnv): Read | undefined {
  const terminal = isCI(env) ? undefined : askerAtTerminal();
  const program = askpassProgram(env, terminal !== undefined);
  if (program === undefined) return terminal?.line;
  return (text, _isHidden, signal) => askByProgram(program, text.trimEnd(), signal);
}

/** The prompt as it is worded, behind the host's name; what is typed stands behind a blank. */
const worded = (host: string | undefined, text: string) =>
  `${host === undefined ? '' : `${host}: `}${text.replaceAll('\r\n', '\n').trim()} `;
