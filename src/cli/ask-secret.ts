import { UsageError } from '../errors';
import { joinedSignal } from '../joined-signal';
import type { Context } from '../planning/context';
import { isCI } from '../report/reporter';
import { visibleLines } from '../text/format';
import { askerAtTerminal } from './ask';
import { askByProgram, askpassProgram } from './askpass';
import type { Typed } from './hidden-line';

type AskSecret = NonNullable<Context['askSecret']>;
type AskHostKey = NonNullable<Context['askHostKey']>;

interface Surroundings {
  env: NodeJS.ProcessEnv;
  /** Whether stdin is for the command's data, so that the terminal itself is asked. */
  inputIsData: boolean;
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
  /** Undefined where there is no terminal: an SSH_ASKPASS of a job would be asked for what nobody has compared. */
  readonly askHostKey: AskHostKey | undefined;
  /** Puts another question when no other is open. */
  inTurn<T>(put: () => Promise<T>): Promise<T>;
  /** Ends when no question is open. */
  isDone(): Promise<unknown>;
}

/** Asks at the terminal, or by the user's SSH_ASKPASS. */
export function secretAsker(around: Surroundings): SecretAsker {
  const { stopping } = around;
  const one: AskSecret = async ({ host, text, isSecret, why, mayHaveLines, until }) => {
    const read = reader(around);
    if (stopping.aborted || until?.aborted || !read) return undefined;
    const { signal, leave } = joinedSignal([stopping, until]);
    const goOn = await around.silence();
    try {
      const typed = await read(
        around.mask(visibleLines(worded(host, why === undefined ? text : `${why}.\n${text}`))),
        isSecret,
        signal,
        mayHaveLines,
      );
      if (until?.aborted) return undefined;
      if (typed === 'left') await around.left();
      if (typed === 'several')
        throw new UsageError(
          'several lines came at once, and this terminal does not say where a paste ends',
          'give them from a file: haprov secret set NAME < FILE',
        );
      if (typeof typed === 'string') return undefined;
      if (isSecret && typed.line) around.remember(typed.line);
      return typed.line;
    } finally {
      goOn();
      leave();
    }
  };
  let open: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(put: () => Promise<T>): Promise<T> => {
    const answer = open.then(put);
    open = answer.catch(() => undefined);
    return answer;
  };
  // Always the same, because the answers are remembered for it.
  const ask: AskSecret = (question) => inTurn(() => one(question));
  const askHostKey: AskHostKey = async ({ host, address, type, fingerprint, file }) => {
    const text = `the key of ${address} is not known: ${type} ${fingerprint}\n(the host's own: ssh-keygen -lf on its /etc/ssh/ssh_host_*_key.pub)\nIs it that one, and to be written to ${file ?? 'known_hosts'}? [y/N]`;
    const said = await ask({ host, text, isSecret: false, kind: 'prompt' });
    return /^y(es)?$/i.test(said?.trim() ?? '');
  };
  return {
    get ask(): AskSecret | undefined {
      return reader(around) ? ask : undefined;
    },
    get askHostKey(): AskHostKey | undefined {
      return hasPerson(around) ? askHostKey : undefined;
    },
    inTurn,
    isDone: () => open,
  };
}

const hasPerson = ({ env, inputIsData }: Surroundings) =>
  !isCI(env) && askerAtTerminal(inputIsData) !== undefined;

type Read = (text: string, isHidden: boolean, signal: AbortSignal, mayHaveLines?: boolean) => Promise<Typed>;

function reader({ env, inputIsData }: Surroundings): Read | undefined {
  const terminal = isCI(env) ? undefined : askerAtTerminal(inputIsData);
  const program = askpassProgram(env, terminal !== undefined);
  if (program === undefined) return terminal?.line;
  return (text, _isHidden, signal) => askByProgram(program, text.trimEnd(), signal);
}

/** The prompt as it is worded, behind the host's name; what is typed stands behind a blank. */
const worded = (host: string | undefined, text: string) =>
  `${host === undefined ? '' : `${host}: `}${text.replaceAll('\r\n', '\n').trim()} `;
