import type { Context } from '../../src/planning/context';
import { printJson } from '../../src/report/escape-output';

/** A context for commands that ask no host: keeps what they print and what they say beside it. */
export function recorder(env: NodeJS.ProcessEnv = {}) {
  const printed: Buffer[] = [];
  const said: string[] = [];
  const context: Context = {
    env,
    programEnv: env,
    color: false,
    columns: 80,
    stopping: new AbortController().signal,
    begin: () => {},
    keepSecret: () => {},
    emit: (event) => {
      if (event.type !== 'message') throw new Error(`nobody expected ${event.type}`);
      said.push(`${event.level}: ${event.text}`);
    },
    print: async (text) => void printed.push(Buffer.from(text)),
    printRendered: async (text) => void printed.push(Buffer.from(text)),
    printError: async (text) => void said.push(text),
    printJson: async (value, indent) => void printed.push(Buffer.from(printJson(value, indent))),
    canAsk: false,
    confirm: async () => {
      throw new Error('nobody is to be asked');
    },
  };
  return {
    context,
    said,
    bytes: () => Buffer.concat(printed),
    text: () => Buffer.concat(printed).toString(),
  };
}
