import type { Found, Rule } from './subject';

/** A file with a secret in it that everybody on the host may read. */
export const secretReadable: Rule = {
  name: 'secret-readable',
  check: ({ hosts, inventory: { secrets } }) =>
    hosts.flatMap(({ host, files }) =>
      files.flatMap(({ path, text, mode }): Found[] => {
        if (mode === undefined || !/[4-7]$/.test(mode)) return [];
        const rows = text.split('\n');
        const line = rows.findIndex((row) => secrets.mask(row) !== row);
        const row = rows[line] ?? '';
        const masked = secrets.mask(row);
        const column = row.split('').findIndex((char, index) => masked[index] !== char) + 1;
        if (line < 0 && secrets.mask(text) === text) return [];
        return [
          {
            severity: 'warning',
            at: { host: host.name, file: path, ...(line < 0 ? {} : { line: line + 1, column }) },
            message: `has a secret, and its mode ${mode} lets everybody on the host read it`,
            why: 'anybody who breaks into any service of the host, as whatever user, has the secret',
            fix: 'leave "mode" out (0640 then), and name the group that has to read it, or the owner',
          },
        ];
      }),
    ),
};
