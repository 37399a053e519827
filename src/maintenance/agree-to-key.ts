import { ExitCode, HaprovError, HostError, UsageError } from '../errors';
import { connect, type SshTarget } from '../host/connection';
import {
  fingerprint,
  forgetHostKeys,
  hostKeyType,
  type KnownKey,
  keyText,
  knownHostKeys,
  rememberHostKey,
  StrangeHostKey,
} from '../host/host-keys';
import type { NewHostKey } from '../host/new-host-key';
import { readSshConfig } from '../host/ssh-config';
import type { Survey } from '../host/survey';
import { agreed } from '../planning/agree';
import type { Context } from '../planning/context';

interface Agreeing {
  command: 'replace' | 'retire';
  yes: boolean;
  /** The fingerprint that the new key is to have: `SHA256:…`. */
  hostKey?: string | undefined;
}

/**
 * Logs in at a host that may be another machine by now. A key that known_hosts does not have of it is taken, and those that it has are
 * forgotten, when a person agrees, or has said its fingerprint. Where a fingerprint was said, a key that is known is compared with
 * it, too: the old machine may answer still.
 * @throws HostError where it cannot be logged in at, or has another key than was said; UsageError where nobody can agree;
 * HaprovError (exit 1) where a person does not
 */
export async function agreeToKey(target: SshTarget, options: Agreeing, context: Context): Promise<void> {
  const say = (text: string) => context.emit({ type: 'message', level: 'info', host: target.name, text });
  let taken: NewHostKey | undefined;
  const asking: SshTarget = {
    ...target,
    acceptNewHostKeys: false,
    asksOfNewHostKeys: true,
    askHostKey: async (key) => {
      // A jump host's is no concern of this command.
      if (key.host !== target.name)
        return target.acceptNewHostKeys || ((await target.askHostKey?.(key)) ?? false);
      await judge(presentedBy(key), options, context);
      taken = key;
      return true;
    },
  };
  try {
    const connection = await connect(asking);
    connection.close();
    if (taken)
      return say(`its host key ${taken.type} ${taken.fingerprint} is taken into ${taken.file ?? 'no file'}`);
    await requireSaid(asking, connection.hostKey, options);
    say('its host key is the one that is known');
    return;
  } catch (error) {
    if (!(error instanceof StrangeHostKey) || error.host !== target.name) throw error;
    const { settings, presented, known } = error;
    const type = hostKeyType(presented).replace(/^ssh-|-sha2-.*/g, '');
    const shown = { host: target.name, type, text: keyText(presented), fingerprint: fingerprint(presented) };
    await judge({ ...shown, known }, options, context);
    const forgotten = await written(target.name, settings.newHostKeysFile, async () => {
      const lines = await forgetHostKeys(target.name, settings);
      await rememberHostKey(settings, presented);
      return lines;
    });
    const before = forgotten > 0 ? 'the old host key is forgotten, and the new one' : 'its host key';
    say(`${before} ${keyText(presented)} is taken into ${settings.newHostKeysFile}`);
  }
  (await connect(target)).close();
}

/**
 * As {@link agreeToKey}, where a survey did not reach a host because of a key that nobody was asked about.
 * @returns whether it can be asked now
 */
export async function agreeWhereStrange(
  { failures }: Survey,
  target: SshTarget,
  options: Agreeing,
  context: Context,
): Promise<boolean> {
  const error = failures.find(({ name }) => name === target.name)?.error;
  // One that is known is compared with what was said.
  if (!error && options.hostKey !== undefined) await agreeToKey(target, options, context);
  if (!(error instanceof StrangeHostKey) || error.host !== target.name) return false;
  // Of a first key the login has asked.
  if (!error.known && target.askHostKey) return false;
  await agreeToKey(target, { ...options, yes: options.yes || !target.askHostKey }, context);
  return true;
}

/** Asks all hosts; once more where the key of `target` is not the one that is known, and somebody agrees to it. */
export async function surveyAgreeing(
  ask: (kept?: Survey['hosts']) => Promise<Survey>,
  target: SshTarget,
  options: Agreeing,
  context: Context,
): Promise<Survey> {
  const surveyed = await ask();
  try {
    if (!(await agreeWhereStrange(surveyed, target, options, context))) return surveyed;
  } catch (error) {
    surveyed.close();
    throw error;
  }
  return ask(surveyed.hosts);
}

interface Presented {
  host: string;
  /** As a file of the host's keys has it: `ed25519`. */
  type: string;
  /** Type and fingerprint. */
  text: string;
  fingerprint: string;
  known?: KnownKey | undefined;
}

const presentedBy = ({ host, type, fingerprint }: NewHostKey): Presented => ({
  host,
  type: type.toLowerCase(),
  text: `${type} ${fingerprint}`,
  fingerprint,
});

/** @param presented undefined where only `ssh` knows it: then it is one that known_hosts has */
async function requireSaid(target: SshTarget, presented: Buffer | undefined, { hostKey }: Agreeing) {
  if (hostKey === undefined) return;
  const keys = presented
    ? [presented]
    : (await knownHostKeys(target.name, await readSshConfig(target)))
        .filter(({ marker }) => marker === undefined)
        .map(({ key }) => Buffer.from(key, 'base64'));
  if (keys.some((key) => fingerprint(key) === hostKey.trim())) return;
  throw another(target.name, keys.map(keyText).join(' or '), hostKey);
}

const another = (host: string, shown: string, hostKey: string) =>
  new HostError(
    host,
    `it presents the host key ${shown || 'that ssh takes'}, and not ${hostKey}`,
    'do not go on before you know who answers there',
  );

async function judge({ host, type, text, ...key }: Presented, options: Agreeing, context: Context) {
  if (options.hostKey !== undefined) {
    if (options.hostKey.trim() === key.fingerprint) return;
    throw another(host, text, options.hostKey);
  }
  const { known } = key;
  const before = known
    ? `${known.file}:${known.line} has ${known.type} ${fingerprint(Buffer.from(known.key, 'base64'))} of it, which is forgotten then.`
    : 'No host key of it is known.';
  const about = `${host} presents the host key ${text}. ${before}`;
  if (options.yes)
    throw new UsageError(
      `${about} Nobody has agreed to it`,
      `compare it on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then say --host-key ${key.fingerprint}`,
    );
  context.emit({ type: 'message', level: 'warning', text: about });
  const question = `Is that ${host}'s own key, as "ssh-keygen -lf /etc/ssh/ssh_host_${type}_key.pub" says on its console?`;
  if (
    !(await agreed(
      { text: question, about, todo: `${options.command}, with --host-key and its fingerprint` },
      options,
      context,
    ))
  )
    throw new HaprovError(ExitCode.failed, 'nothing was done: you did not say yes');
}

async function written<T>(host: string, file: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HaprovError) throw error;
    throw new HostError(
      host,
      `its new host key cannot be written to ${file ?? 'known_hosts'}: ${(error as Error).message}`,
    );
  }
}
