import { ExitCode, HaprovError, HostError, UsageError } from '../errors';
import { connect, type SshTarget } from '../host/connection';
import {
  fingerprint,
  forgetHostKeys,
  hostKeyType,
  keyText,
  rememberHostKey,
  StrangeHostKey,
} from '../host/host-keys';
import { agreed } from '../planning/agree';
import type { Context } from '../planning/context';

interface Agreeing {
  yes: boolean;
  /** The fingerprint that the new key is to have: `SHA256:…`. */
  hostKey?: string | undefined;
}

/**
 * Logs in at a host that may be another machine by now. A key that known_hosts does not have of it is taken, and those that it has are
 * forgotten, when a person agrees, or has said its fingerprint.
 * The login itself does not ask about the key, so that a person is asked once.
 * @throws HostError where it cannot be logged in at, or has another key than was said; UsageError where nobody can agree;
 * HaprovError (exit 1) for a "no"
 */
export async function agreeToKey(
  { askHostKey: _, ...target }: SshTarget,
  options: Agreeing,
  context: Context,
): Promise<void> {
  const say = (text: string) => context.emit({ type: 'message', level: 'info', host: target.name, text });
  try {
    (await connect(target)).close();
    say('its host key is the one that is known');
    return;
  } catch (error) {
    if (!(error instanceof StrangeHostKey) || error.host !== target.name) throw error;
    await judge(error, options, context);
    const { settings, presented } = error;
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

async function judge({ host, presented, known }: StrangeHostKey, options: Agreeing, context: Context) {
  const shown = fingerprint(presented);
  if (options.hostKey !== undefined) {
    if (options.hostKey.trim() === shown) return;
    throw new HostError(
      host,
      `it presents the host key ${keyText(presented)}, and not ${options.hostKey}`,
      'do not go on before you know who answers there',
    );
  }
  const before = known
    ? `${known.file}:${known.line} has ${known.type} ${fingerprint(Buffer.from(known.key, 'base64'))} of it, which is forgotten then.`
    : 'None is known of it.';
  const about = `${host} presents the host key ${keyText(presented)}. ${before}`;
  if (options.yes)
    throw new UsageError(
      `${about} Nobody has agreed to it`,
      `compare it on the host itself (ssh-keygen -lf /etc/ssh/ssh_host_*_key.pub), then say --host-key ${shown}`,
    );
  context.emit({ type: 'message', level: 'warning', text: about });
  const own = hostKeyType(presented).replace(/^ssh-|-sha2-.*/g, '');
  const text = `Is that ${host}'s own key, as "ssh-keygen -lf /etc/ssh/ssh_host_${own}_key.pub" says on its console?`;
  if (
    !(await agreed({ text, about, todo: 'replace, with --host-key and its fingerprint' }, options, context))
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
