import { secretFile } from '../inventory/sources';
import { type Made, recipientsFile } from '../inventory/write-secrets';
import { count } from '../text/format';
import type { Context } from './context';

/** Says what was made beside the secrets, and who can read them now. */
export const tellOfSecrets =
  (context: Context) =>
  ({ identity, recipients, readers }: Made): void => {
    const say = (text: string) => context.emit({ type: 'message', level: 'warning', text });
    if (identity !== undefined)
      say(
        `your key was made: ${identity}. Keep a copy of it somewhere safe: without it nobody can read your secrets`,
      );
    if (recipients !== undefined)
      say(
        `${recipients} names you; others who should read the secrets add their line (haprov secret recipient), and then: haprov secret rekey`,
      );
    if (readers !== undefined)
      say(
        `${secretFile} is for ${count(readers.now, 'recipient')} of ${recipientsFile} now, and was for ${readers.before}`,
      );
  };
