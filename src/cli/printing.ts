import type { Context } from '../planning/context';
import { guard, printJson } from '../report/escape-output';
import { visibleLines } from '../text/format';

/** What stands on standard output: what people read; documents, each a JSON value; events, one a line. */
export type Form = 'text' | 'documents' | 'events';

type Printing = Pick<Context, 'print' | 'printRendered' | 'printJson'>;

interface Way {
  /** Writes on standard output. */
  out(text: string | Uint8Array, isForCopying?: boolean): Promise<void>;
  /** Writes on standard error. */
  beside(text: string): Promise<void>;
  emit: Context['emit'];
  isTTY: boolean;
}

/**
 * How a command prints, by the form of its output: the one place where that is chosen. Where it is data there is nothing else on
 * standard output, whatever a command prints: among events it is a message, beside documents it goes to standard error.
 */
export function printing(form: Form, { out, beside, emit, isTTY }: Way): Printing {
  if (form === 'text')
    return {
      print: (text) =>
        out(typeof text === 'string' || isTTY ? visibleLines(textOf(text)) : text, typeof text !== 'string'),
      printRendered: (text) => out(guard(text)),
      printJson: (value, indent) => out(printJson(value, indent), true),
    };
  if (form === 'documents')
    return {
      print: (text) => beside(whole(textOf(text))),
      printRendered: (text) => beside(whole(text)),
      printJson: (value, indent) => out(printJson(value, indent), true),
    };
  const tell = async (text: string | Uint8Array) =>
    emit({ type: 'message', level: 'info', text: textOf(text).trimEnd() });
  return {
    print: tell,
    printRendered: tell,
    async printJson() {
      throw new Error('a command that tells events prints no document');
    },
  };
}

const textOf = (said: string | Uint8Array) => Buffer.from(said).toString();
const whole = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
