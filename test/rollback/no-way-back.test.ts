import type { KnownRun } from '../../src/rollback/choose-runs';
import { readUndo } from '../../src/rollback/records';

/** A host that answers each question with what stands for its number; others with nothing. */
const answering = (answers: Record<number, string>) => ({
  host: 'fred',
  user: 'root',
  execs: 0,
  runScript: async (script: string) => {
    const mark = /@[0-9a-f]{18}/.exec(script)?.[0];
    const asked = [...script.matchAll(/put_mark (\d+)$/gm)].map(([, number]) => Number(number));
    const each = asked.map((at) => `${mark} ${at}\n${answers[at] ?? ''}\n${mark} end 0\n`);
    return { stdout: `${mark} pid 1\n${each.join('')}${mark} done\n`, stderr: '', code: 0, ms: 0 };
  },
  close: () => {},
});

const run = () =>
  ({
    run: 'a',
    state: 'finished',
    format: 2,
    journal: [],
    manifest: { run: 'a', command: 'patch', steps: [{ type: 'package', target: 'httpd', action: 'update' }] },
  }) as unknown as KnownRun;
const parts = Buffer.from(JSON.stringify([{ run: 'r', undo: 'u' }])).toString('base64');
const told = async (last: string) => {
  const answers = { 0: parts, 2: last };
  const { warnings } = await readUndo({ name: 'fred', connection: answering(answers) }, [run()], []);
  return warnings.map(({ where, message }) => `${where}: ${message}`);
};

test('a rollback says before it begins what its host has no old package of any more', async () => {
  expect(await told('httpd.x86_64 2.4.68-3\nmod_ssl.x86_64 1:2.4.68-3')).toEqual([
    'fred: no way back: httpd 2.4.68-3, mod_ssl 1:2.4.68-3: in none of the host’s repositories any more',
  ]);
  expect(await told('')).toEqual([]);
});
