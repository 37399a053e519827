import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keys, Terminal } from './terminal';

/** TAB in real shells. */

const installed = join(process.env.HAPROV_INSTALLED ?? '', 'node_modules');
const completions = join(installed, 'haprov/completions');
const bashCompletion = '/usr/share/bash-completion/bash_completion';
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-'));
  const hosts = { fred: { address: '10.0.0.1' }, ethyl: { address: '10.0.0.2' } };
  const inventory = {
    hosts,
    groups: { balancers: ['fred', 'ethyl'] },
    stats: { password: { secret: 'stats' } },
    playbooks: ['load-balancer'],
  };
  writeFileSync(join(folder, 'inventory.json'), JSON.stringify(inventory));
  const other = {
    hosts: { lucy: { address: '10.0.0.3' }, 'rick$(touch gotcha)': {}, 'mo\n:files': {} },
    playbooks: [],
  };
  writeFileSync(join(folder, 'another one.json'), JSON.stringify(other));
  mkdirSync(join(folder, 'reports'));
  writeFileSync(join(folder, 'notes.txt'), '');
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Shell {
  words: string[];
  begin: string;
  env?: Record<string, string>;
}
const shells: Record<string, Shell> = {
  bash: { words: ['bash', '--norc', '--noprofile'], begin: 'PS1=\'> \'; eval "$(haprov completion bash)"' },
  'bash with bash-completion': {
    words: ['bash', '--norc', '--noprofile'],
    begin: `PS1='> '; . ${bashCompletion}`,
    env: { XDG_DATA_HOME: '/dev/null', BASH_COMPLETION_USER_DIR: 'HERE' },
  },
  zsh: {
    words: ['zsh', '-f'],
    begin: "PS1='> '; autoload -Uz compinit; compinit -D -u; source <(haprov completion zsh)",
  },
  'zsh by its fpath': {
    words: ['zsh', '-f'],
    begin: `PS1='> '; fpath=(${completions} $fpath); autoload -Uz compinit; compinit -D -u`,
  },
  fish: {
    words: ['fish', '--no-config', '--private'],
    begin:
      "set -g fish_autosuggestion_enabled 0; function fish_prompt; echo -n '> '; end; haprov completion fish | source",
  },
};
const here = Object.entries(shells).filter(
  ([
    name,
    {
      words: [program = ''],
    },
  ]) =>
    spawnSync(program, ['-c', 'true']).status === 0 && (!name.includes('with') || existsSync(bashCompletion)),
);

/** What is typed before TAB, and what it becomes. A blank behind a word says that it is whole. */
const cases = [
  ['haprov stat', 'haprov status '],
  ['haprov undr', 'haprov undrain '],
  ['haprov secret rek', 'haprov secret rekey '],
  ['haprov plan --exit', 'haprov plan --exit-code '],
  ['haprov plan --limit fr', 'haprov plan --limit fred '],
  ['haprov plan --limit bal', 'haprov plan --limit balancers '],
  ['haprov plan --limit fred,eth', 'haprov plan --limit fred,ethyl '],
  ['haprov plan --limit=fr', 'haprov plan --limit=fred '],
  ['haprov drain --force eth', 'haprov drain --force ethyl '],
  ['haprov apply --on-failure restore-', 'haprov apply --on-failure restore-all '],
  ['haprov lint --allow equal', 'haprov lint --allow equal-priorities '],
  ['haprov drill --scenario link', 'haprov drill --scenario link-cut '],
  ['haprov secret set st', 'haprov secret set stats '],
  ['haprov eject address-', 'haprov eject address-only '],
  ['haprov plan --only Ker', 'haprov plan --only Kernel\\ parameters '],
  ['haprov plan --only sysctl,/etc/haproxy/haproxy.c', 'haprov plan --only sysctl,/etc/haproxy/haproxy.cfg '],
  ['haprov completion f', 'haprov completion fish '],
  ['haprov render --out rep', 'haprov render --out reports/'],
  ['haprov plan --out note', 'haprov plan --out notes.txt '],
  ['haprov plan inv', 'haprov plan inventory.json '],
  ['haprov plan ano', 'haprov plan another\\ one.json '],
  ['haprov drain another\\ one.json lu', 'haprov drain another\\ one.json lucy '],
  ['haprov plan rep', 'haprov plan reports/'],
  // No command of such a name is run, then or later.
  ['haprov drain another\\ one.json ric', 'haprov drain another\\ one.json rick\\$\\(touch\\ gotcha\\) '],
  ['haprov drain another\\ one.json mo', 'haprov drain another\\ one.json mo'],
  ['haprov explain sync', 'haprov explain sync\\ group '],
  // No inventory is named so.
  ['haprov plan note', 'haprov plan note'],
] as const;

test('all three shells are looked at, where they can be had', () => {
  if (process.env.HAPROV_REQUIRE_LAB === '1') expect(here.map(([name]) => name)).toEqual(Object.keys(shells));
});

test.each(here)('%s completes what is typed', async (_, { words, begin, env = {} }) => {
  mkdirSync(join(folder, 'completions'), { recursive: true });
  spawnSync('cp', [join(completions, 'haprov.bash'), join(folder, 'completions/haprov')]);
  const path = `${installed}/.bin:${process.env.PATH}`;
  const given = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace('HERE', folder)]),
  );
  const terminal = new Terminal(words, {
    cwd: folder,
    columns: 120,
    rows: 50,
    env: { PATH: path, CI: undefined, ...given },
  });
  try {
    terminal.type(`${begin}; echo rea''dy${keys.enter}`);
    await terminal.shows(/^ready\n>/m);
    for (const [index, [typed, becomes]] of cases.entries()) {
      // What is typed behind TAB stands behind what TAB has made.
      const end = `<${index}>`;
      terminal.type(`${typed}\t${end}`);
      await terminal.shows(end);
      const line = terminal.everything.find((one) => one.includes(end));
      expect(line?.trimEnd()).toBe(`> ${becomes}${end}`);
      terminal.type(keys.ctrlU);
    }
    expect(existsSync(join(folder, 'gotcha'))).toBe(false);
  } finally {
    terminal.kill('SIGKILL');
    await terminal.ended;
  }
});

test('descriptions are shown where a shell shows any', async () => {
  for (const [name, { words, begin }] of here.filter(([name]) => /^(?:zsh|fish)$/.test(name))) {
    const path = `${installed}/.bin:${process.env.PATH}`;
    const terminal = new Terminal(words, {
      cwd: folder,
      columns: 120,
      rows: 50,
      env: { PATH: path, CI: undefined },
    });
    try {
      terminal.type(`${begin}; echo rea''dy${keys.enter}`);
      await terminal.shows(/^ready\n>/m);
      terminal.type('haprov dr\t\t');
      await terminal.shows(/drill .*break one thing after the other/);
    } catch (error) {
      throw new Error(`${name}: ${error}`);
    } finally {
      terminal.kill('SIGKILL');
      await terminal.ended;
    }
  }
});
