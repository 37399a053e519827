import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Hosts } from './hosts';

/** The examples for CI: their own lines of shell, with a forge that only writes down what it is told. */

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
  const inventory = readFileSync(join(hosts.folder, 'inventory.json'), 'utf8');
  hosts.write('clusters/one.json', inventory);
  hosts.write('clusters/two.json', inventory.replace('"pair"', '"second"'));
  const playbook = readFileSync(join(hosts.folder, 'playbooks/one.json'), 'utf8');
  hosts.write('clusters/playbooks/one.json', playbook);
  tool('haprov', `exec ${hosts.commandLine('"$@"')}`);
  for (const name of ['gh', 'curl']) tool(name, `cp comment.md posted.md; echo "${name} $*" >told`);
});
afterEach(() => hosts.close());

function tool(name: string, script: string): void {
  mkdirSync(join(hosts.folder, 'bin'), { recursive: true });
  hosts.write(`bin/${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(join(hosts.folder, 'bin', name), 0o755);
}

const example = (name: string) => parse(readFileSync(`examples/ci/${name}.yml`, 'utf8'), { merge: true });

/** The lines of shell of a job, as the forge runs them: whole, and ended by the first that fails. */
const jobs: Record<string, (job: 'plan' | 'apply') => string[]> = {
  'github-actions': (job) =>
    example('github-actions').jobs[job].steps.flatMap(({ run }: { run?: string }) => (run ? [run] : [])),
  'gitlab-ci': (job) => example('gitlab-ci')[job].script,
};
const forges = Object.keys(jobs);

async function run(forge: string, job: 'plan' | 'apply'): Promise<{ code: number; said: string }> {
  mkdirSync(join(hosts.folder, 'home'), { recursive: true });
  hosts.write('job.sh', (jobs[forge]?.(job) ?? []).join('\n'));
  const env = {
    HOME: join(hosts.folder, 'home'),
    PATH: `${join(hosts.folder, 'bin')}:${process.env.PATH}`,
    PULL_REQUEST: '7',
    CI_API_V4_URL: 'https://forge.example/api/v4',
    CI_PROJECT_ID: '3',
    CI_MERGE_REQUEST_IID: '7',
    ...Object.fromEntries(
      ['SSH_KEY', 'KNOWN_HOSTS', 'AGE_KEY'].flatMap((name) =>
        [name, `HAPROV_${name}`].map((one) => [one, 'x']),
      ),
    ),
    HAPROV_GITLAB_TOKEN: 'token',
  };
  const terminal = hosts.shell('bash -eo pipefail job.sh </dev/null >said 2>&1', { env });
  const { code } = await terminal.ended;
  return { code, said: readFileSync(join(hosts.folder, 'said'), 'utf8') };
}

const read = (name: string) => readFileSync(join(hosts.folder, name), 'utf8');

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
