import { ExitCode, HaprovError, UsageError } from '../../errors';
import type { Context } from '../../planning/context';
import { readHost, readVip, requirePair, type SaidPair } from './said';

/** What was said on the command line. */
export interface SaidWords {
  host?: string[];
  vip?: string;
}

/**
 * The hosts and the VIP: what the command line says, and where something is missing, what the operator says.
 * @param begun is called once a pair is meant, before more is asked
 * @returns undefined where he says nothing to the first question
 * @throws UsageError where something is wrong, or is missing and nobody can be asked
 */
export async function saidOrAsked(
  { host = [], vip }: SaidWords,
  context: Context,
  begun: () => void,
): Promise<SaidPair | undefined> {
  const hosts = host.flatMap((words) => words.split(',')).map(readHost);
  const saysNothing = hosts.length === 0 && vip === undefined;
  if (!saysNothing) begun();
  while (hosts.length < 2) {
    const which = hosts.length === 0 ? 'first' : 'other';
    const example = `${hosts.length === 0 ? 'fred=192.0.2.1' : 'ethyl=192.0.2.2'}`;
    const more = saysNothing && hosts.length === 0 ? '; Enter alone prints an example' : '';
    const word = await ask(
      `the ${which} host, by its address or as NAME=ADDRESS (such as ${example}${more}):`,
      context,
      () => hostMissing(hosts.length),
    );
    if (more !== '') {
      if (word === '') return undefined;
      begun();
    }
    await tried(context, () => {
      const one = readHost(word);
      if (hosts.length > 0) requirePair([...hosts, one]);
      hosts.push(one);
    });
  }
  requirePair(hosts);
  let address = vip === undefined ? undefined : readVip(vip, hosts);
  while (address === undefined) {
    const word = await ask(
      'the shared address, which no machine has yet (such as 192.0.2.10/24):',
      context,
      () => new UsageError('init: the shared address is missing', 'name it: --vip 192.0.2.10/24'),
    );
    await tried(context, () => {
      address = readVip(word, hosts);
    });
  }
  return { hosts, vip: address };
}

const hostMissing = (many: number) =>
  new UsageError(
    many === 0 ? 'init: no host is named' : 'a pair has two hosts, and one was named',
    'name both: --host fred=192.0.2.1 --host ethyl=192.0.2.2',
  );

/** Says what is wrong with an answer, so that it is asked for again. */
async function tried(context: Context, take: () => void): Promise<void> {
  try {
    take();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    context.emit({ type: 'message', level: 'warning', text: error.message.replace(/^--\w+: /, '') });
  }
}

async function ask(text: string, context: Context, missing: () => UsageError): Promise<string> {
  if (!context.canAsk || !context.askSecret) throw missing();
  const said = await context.askSecret({ text, isSecret: false, kind: 'prompt' });
  if (said === undefined)
    throw new HaprovError(ExitCode.left, 'left before the question was answered: nothing was written');
  return said.trim();
}
