import { statSync } from 'node:fs';
import { byCaller } from '../by-caller';
import { command } from '../shell/quote';

const warned = byCaller(() => new Set<string>());

interface Teller {
  env: NodeJS.ProcessEnv;
  emit?(event: { type: 'message'; level: 'warning'; text: string }): void;
}

/** Warns once of a file that others may read: `what` is in it, and `others` are the bits of its mode that nobody is to have. */
export function warnOfReaders(
  file: string,
  { what, others }: { what: string; others: 0o077 | 0o007 },
  { emit, env }: Teller,
): void {
  const mode = statSync(file).mode & 0o777;
  const files = warned(env);
  if ((mode & others) === 0 || !emit || files.has(file)) return;
  files.add(file);
  const [who, right] = others === 0o077 ? ['for you alone', '600'] : ['for you and its group alone', 'o='];
  const text = `${file} is not ${who} (mode 0${mode.toString(8)}), and has ${what}: ${command('chmod', right, file)}`;
  emit({ type: 'message', level: 'warning', text });
}
