import * as z from 'zod';
import {
  absolutePath,
  flag,
  list,
  mode,
  name,
  object,
  owner,
  packageName,
  record,
  text,
} from '../../document/fields';

const local = () => text('the path of a file or folder on this machine');

const rights = {
  owner: owner().optional().describe('Whose the file is on the host; otherwise root’s.'),
  group: owner().optional().describe('The group that the file belongs to; otherwise root.'),
  mode: mode().optional().describe('0644 where it is not said, and 0640 where the content has a secret.'),
};

const ofHost = z.union(
  [local(), object({ source: local().describe('The file on this machine, for that host.'), ...rights })],
  {
    error: 'the path of a file, or { "source": … }',
  },
);

const file = object({
  source: local()
    .optional()
    .describe('The file, the same for every host; one that ends in .ejs is a template.'),
  hosts: record(name(), ofHost, 'an object of host: the path of its file')
    .optional()
    .describe('A host that is not named gets none.'),
  content: z.string({ error: 'the text of the file' }).optional().describe('The text of the file itself.'),
  ...rights,
  secret: flag().default(false).describe('true: its content is never shown, not even in a diff.'),
}).refine((one) => [one.source, one.hosts, one.content].filter((given) => given !== undefined).length === 1, {
  error: 'exactly one of source, hosts, content',
});

const files = record(
  absolutePath(),
  z.union([local(), file], { error: 'the path of a file, or { "source": … } or { "hosts": … }' }),
  'an object of path on the host: file',
).refine((all) => Object.keys(all).length > 0, { error: 'at least one file' });

/** @param main where the file goes whose path is all that is said */
export const ownFiles = (main: string) =>
  z
    .union([local(), files], { error: 'the path of a file, or an object of path on the host: file' })
    .transform((said): OwnFilesSettings => (typeof said === 'string' ? { [main]: said } : said))
    .optional()
    .describe(
      `Files of your own, pushed as they are, instead of what haprov would write: ${main}, or by their paths on the hosts in the order that they are read in. A folder is all files in it. Paths are relative to the inventory.`,
    );

/** What brings the program. */
export const packages = (...names: string[]) =>
  list(packageName(), 'a list of packages')
    .default(names)
    .describe('With files of your own: the packages that bring the program; none where it came otherwise.');

export type OwnFileSettings = string | z.output<typeof file>;
type OwnFilesSettings = Record<string, OwnFileSettings>;
