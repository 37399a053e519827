import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { command } from '../shell/quote';

/**
 * Answers a prompt of OpenSSH; undefined for no answer.
 * @param kind `confirm`: a question for yes or no; `none`: it only says what it waits for, and ends by itself
 * @param asker the id of the ssh process that asks: a jump host has its own
 */
export type AnswerPrompt = (
  prompt: string,
  kind: 'secret' | 'confirm' | 'none',
  asker: number,
) => Promise<string | undefined>;

/** What OpenSSH calls in place of a terminal: hands its prompt to haprov, and prints what haprov says. */
const PROGRAM = `
const { env, argv, stdout, ppid } = process;
const socket = require('node:net').connect(__dirname + '/ask');
let said = '';
socket.on('data', (chunk) => { said += chunk; });
socket.on('error', () => process.exit(1));
socket.on('close', () => {
  if (!said) process.exit(1);
  stdout.write(JSON.parse(said) + '\\n', () => process.exit(0));
});
socket.write(JSON.stringify({ prompt: argv[2] ?? '', hint: env.SSH_ASKPASS_PROMPT ?? '', asker: ppid }) + '\\n');
`;

/** A way for ssh to ask haprov. */
interface Askpass {
  /** The environment of an ssh that has no terminal of its own. */
  env: NodeJS.ProcessEnv;
  close(): void;
}

/** Not where the disk is mounted noexec. */
function mayStart(program: string): boolean {
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Writes the program there or, where nothing may be started there, into a new folder elsewhere. @returns its path */
function placeProgram(folder: string, text: string, isStartable: typeof mayStart): string {
  const elsewhere = ['/tmp', '/var/tmp', homedir()].map((one) => () => mkdtempSync(join(one, '.haprov-')));
  for (const make of [() => folder, ...elsewhere]) {
    let place: string | undefined;
    try {
      place = make();
      const program = join(place, 'askpass');
      writeFileSync(program, text, { mode: 0o700 });
      if (isStartable(program)) return program;
    } catch {
      // The next one may do.
    }
    if (place !== undefined && place !== folder) rmSync(place, { recursive: true, force: true });
  }
  return join(folder, 'askpass');
}

/** @param folder one that only the user can open; the caller removes it */
export async function openAskpass(
  folder: string,
  answer: AnswerPrompt,
  isStartable = mayStart,
): Promise<Askpass> {
  const script = join(folder, 'askpass.js');
  writeFileSync(script, PROGRAM, { mode: 0o600 });
  const text = `#!/bin/sh\nexec ${command(process.execPath, script)} "$@"\n`;
  const program = placeProgram(folder, text, isStartable);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    let heard = '';
    socket.setEncoding('utf8').on('data', async (chunk: string) => {
      heard += chunk;
      if (!heard.endsWith('\n')) return;
      const { prompt, hint, asker } = JSON.parse(heard) as { prompt: string; hint: string; asker: number };
      const kind = hint === 'confirm' || hint === 'none' ? hint : 'secret';
      const said = await answer(prompt, kind, asker).catch(() => undefined);
      // What only tells something is ended by ssh.
      if (kind !== 'none') socket.end(said === undefined ? '' : JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(join(folder, 'ask'), resolve),
  );
  server.unref();
  return {
    env: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force' },
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
      if (dirname(program) !== folder) rmSync(dirname(program), { recursive: true, force: true });
    },
  };
}
