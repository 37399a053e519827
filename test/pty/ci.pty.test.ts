import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Hosts } from './hosts';

/** The examples for CI: their own lines of shell, with a forge that only writes down what it is told. */

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
  const inventory = read('inventory.json').replace('{', '{"ssh":{"user":"root"},');
  hosts.write('clusters/one.json', inventory);
  hosts.write('clusters/two.json', inventory.replace('"pair"', '"second"'));
  hosts.write('clusters/playbooks/one.json', read('playbooks/one.json'));
  // It logs in by what the job gives it, and nothing else.
  tool('haprov', `cat "$HAPROV_AGE_IDENTITY" >age; exec ${hosts.commandLine('"$@"')} --ssh-config none`);
  for (const file of theirs) hosts.write(file, 'of the runner’s user');
  for (const name of ['gh', 'curl']) tool(name, `cp comment.md posted.md; echo "${name} $*" >told`);
});
afterEach(() => hosts.close());

const read = (name: string) => readFileSync(join(hosts.folder, name), 'utf8');

/** What the user has whom the runner runs as. */
const theirs = ['.ssh/id_ed25519', '.ssh/known_hosts', '.config/haprov/identity.txt'].map(
  (file) => `home/${file}`,
);

function tool(name: string, script: string): void {
  mkdirSync(join(hosts.folder, 'bin'), { recursive: true });
  hosts.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(hosts.folder, 'bin', name), 0o755);
}

const example = (name: string) => parse(readFileSync(`examples/ci/${name}.yml`, 'utf8'), { merge: true });

interface Step {
  run?: string;
  if?: string;
}

/** The lines of shell of a job: of steps, each by a shell of its own, and of one that comes whatever has failed. */
const jobs: Record<string, (job: 'plan' | 'apply') => { steps: string[]; last: string[] }> = {
  'github-actions': (job) => {
    const steps = example('github-actions').jobs[job].steps.filter(({ run }: Step) => run) as Step[];
    const runs = (condition?: string) =>
      steps.flatMap((one) => (one.if === condition ? (one.run ?? []) : []));
    return { steps: runs(), last: runs('always()') };
  },
  'gitlab-ci': (job) => ({ steps: [example('gitlab-ci')[job].script.join('\n')], last: [] }),
};
const forges = Object.keys(jobs);

async function run(forge: string, job: 'plan' | 'apply'): Promise<{ code: number; said: string }> {
  for (const name of ['home', 'temp']) mkdirSync(join(hosts.folder, name), { recursive: true });
  const { steps, last } = jobs[forge]?.(job) ?? { steps: [], last: [] };
  const shell = (lines: string, index: number) => {
    hosts.write(`step-${index}.sh`, lines);
    return `bash -eo pipefail step-${index}.sh`;
  };
  const all = [...steps, ...last].map(shell);
  const script = `${all.slice(0, steps.length).join(' && ')}; code=$?; ${all.slice(steps.length).join('; ')}`;
  hosts.write('job.sh', `${script}\nexit $code\n`);
  const env = {
    HOME: join(hosts.folder, 'home'),
    TMPDIR: join(hosts.folder, 'temp'),
    RUNNER_TEMP: join(hosts.folder, 'temp'),
    PATH: `${join(hosts.folder, 'bin')}:${process.env.PATH}`,
    PULL_REQUEST: '7',
    CI_API_V4_URL: 'https://forge.example/api/v4',
    CI_PROJECT_ID: '3',
    CI_MERGE_REQUEST_IID: '7',
    ...Object.fromEntries(
      Object.entries({
        SSH_KEY: read('id').trimEnd(),
        KNOWN_HOSTS: read('known_hosts'),
        AGE_KEY: 'age',
      }).flatMap(([name, value]) => [name, `HAPROV_${name}`].map((one) => [one, value])),
    ),
    HAPROV_GITLAB_TOKEN: 'token',
  };
  const terminal = hosts.shell('sh job.sh </dev/null >said 2>&1', { env });
  const { code } = await terminal.ended;
  return { code, said: read('said') };
}

describe.each(forges)('%s', (forge) => {
  test('a request gets the plan of all inventories, and nothing is changed', async () => {
    const before = hosts.trees();
    expect(await run(forge, 'plan')).toMatchObject({ code: 0 });
    expect(read('posted.md')).toMatch(
      /^### haprov plan\n````diff\n[\s\S]*== clusters\/one.json ==[\s\S]*\+ create directory /,
    );
    expect(read('posted.md')).toMatch(
      /== 2 inventories ==\n! clusters\/one.json {2}Plan: 1 change on fred[\s\S]*\n````\n$/,
    );
    expect(read('told')).toContain(
      forge === 'gitlab-ci' ? '/projects/3/merge_requests/7/notes' : 'gh pr comment 7 ',
    );
    expect(hosts.trees()).toEqual(before);
  });

  test('a plan that fails is told, and fails the request', async () => {
    hosts.write('clusters/two.json', '{');
    expect(await run(forge, 'plan')).toMatchObject({ code: 2 });
    expect(read('posted.md')).toContain('✗ clusters/two.json');
  });

  test.each(['plan', 'apply'] as const)(
    '%s: keys are in a folder of the job’s own, and removed, whether it fails or not',
    async (job) => {
      const isOver = async (expected: number) => {
        const { code, said } = await run(forge, job);
        expect([code, said]).toEqual([expected, expect.not.stringContaining('Permission denied')]);
        expect(read('age')).toBe('age\n');
        expect(readdirSync(join(hosts.folder, 'temp'))).toEqual([]);
        for (const file of theirs) expect(read(file)).toBe('of the runner’s user');
      };
      await isOver(0);
      hosts.write('clusters/two.json', '{');
      await isOver(2);
    },
  );

  test('what is merged is applied, without a question; then nothing is left to do', async () => {
    const { code, said } = await run(forge, 'apply');
    expect(said).toMatch(/done: 1 change on fred/);
    expect([code, hosts.locks()]).toEqual([0, [undefined]]);
    await run(forge, 'plan');
    expect(read('posted.md')).toContain('✓ clusters/one.json  No changes: 1 host is as the inventory says.');
    expect(existsSync(join(hosts.folder, 'told'))).toBe(true);
  });

  test('an apply that fails ends the job: the next inventory is not touched', async () => {
    hosts.write('clusters/one.json', '{');
    const before = hosts.trees();
    expect(await run(forge, 'apply')).toMatchObject({ code: 2 });
    expect(hosts.trees()).toEqual(before);
  });
});
