import { type ChildProcessWithoutNullStreams, execFile, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import {
  partsId,
  partsQuestion,
  readRecord,
  recordId,
  recordQuestion,
  type StepRecord,
} from '../../src/host/history';
import { type JournalEntry, journalReader } from '../../src/host/journal';
import { type Answers, buildProbe, type Question } from '../../src/host/probe';
import { readParts, runFormat } from '../../src/host/run-format';
import {
  buildTransaction,
  continueScript,
  type Group,
  settleScript,
  stageScript,
  type Why,
} from '../../src/host/transaction';
import type { DiffContext, Difference, Step } from '../../src/resources/resource';
import { el9, resourceOf } from '../support/resources';
import { scratch } from '../support/scratch';
import { missingFunctions } from './calls';
import { findProgram, type Shell, shells } from './shells';
import { toolsOfThisMachine } from './tools';

export { type Shell, shells };

/** The awk programs of this machine; the first is the one that `awk` means. */
export const awks = [
  'awk',
  ...['mawk', 'gawk', 'original-awk'].filter((name) => findProgram(name) !== undefined),
];

export const me = userInfo().username;
/** As a resource says whose it is: mine. A group need not be called as its user is. */
export const own = { owner: me, group: execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim() };
export const isRoot = process.getuid?.() === 0;

/** An entry of a playbook, before anything is checked. */
export interface Entry {
  type: string;
  [field: string]: unknown;
}

export interface Outcome {
  code: number;
  stderr: string;
  journal: JournalEntry[];
}

/** Whether a process has files open; one that is gone, or a zombie, has none. */
function holdsFiles(pid: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).length > 0;
  } catch {
    return false;
  }
}

/**
 * A host as far as scripts can tell: the real shell and coreutils, and everything else under a temporary folder.
 * rpm, yum, systemctl, service, chkconfig and sysctl fail on every call that they were not told of. It runs systemd,
 * unless it is asked for init scripts.
 */
export class Sandbox {
  /** Real path of the folder that stands for the host's `/`. */
  readonly host: string;
  readonly #root = realpathSync(mkdtempSync(join(scratch, 'haprov-sh-')));
  /** What makes secrets unreadable. */
  mask: (text: string) => string = (text) => text;
  /** Whom it must change together with. */
  group?: Group;
  /** How long a changed host waits to be confirmed; as long as its lease where nothing is said. */
  confirmSeconds?: number;
  readonly #bin = join(this.#root, 'bin');

  constructor([program]: Shell = ['dash']) {
    this.host = join(this.#root, 'host');
    for (const folder of [this.host, this.#bin, join(this.#root, 'proc/sys'), this.#systemd])
      mkdirSync(folder, { recursive: true });
    symlinkSync('/proc/uptime', join(this.#root, 'proc/uptime'));
    mkdirSync(join(this.#root, 'proc/sys/kernel'));
    for (const name of ['kernel/hostname', 'kernel/osrelease'])
      symlinkSync(join('/proc/sys', name), join(this.#root, 'proc/sys', name));
    // By this name bash is as POSIX has it and busybox knows which of its programs is meant, as on hosts.
    symlinkSync(findProgram(program) ?? program, join(this.#bin, 'sh'));
    this.fake('unshare', '"-m sh "*) echo "unshare: unshare failed: Operation not permitted" >&2; exit 1 ;;');
    for (const name of ['rpm', 'yum', 'systemctl', 'service', 'chkconfig', 'sysctl']) this.fake(name, '');
    // Asked wherever a dead run is brought to its end: the host starts no more.
    this.fake(
      'systemctl',
      '"list-jobs --no-legend" | "list-units --type=service --state=running,exited "* | "show --all -p Id -p Type -p ConditionResult "*) ;;',
    );
  }

  /** What the host does when it starts. */
  get boot(): string {
    return join(this.#root, 'boot');
  }

  /** The host has run for so many seconds, until it is said again. */
  set uptime(seconds: number) {
    const file = join(this.#root, 'proc/uptime');
    rmSync(file);
    writeFileSync(file, `${seconds}.25 1.00\n`);
  }

  get #systemd(): string {
    return join(this.#root, 'run/systemd/system');
  }

  /** What stands for /run/systemd/system, outside of what `tree` shows. */
  get run(): string {
    return this.#systemd;
  }

  /** A command on the host, by hand. */
  onHost(command: string): void {
    execFileSync('sh', ['-c', command], {
      env: { ...process.env, PATH: `${this.#bin}:${process.env.PATH}` },
    });
  }

  /** From here on the host is an EL6: init scripts, and no systemd. */
  becomeEl6(): void {
    rmSync(this.#systemd, { recursive: true });
    mkdirSync(this.path('etc/init.d'), { recursive: true });
    for (const level of [2, 3, 4, 5]) mkdirSync(join(this.boot, `rc${level}.d`), { recursive: true });
  }

  /** Removes it all; throws when a faked program was called in a way it was not told of. */
  dispose(): void {
    const calls = join(this.#root, 'unexpected');
    const unexpected = existsSync(calls) ? readFileSync(calls, 'utf8') : '';
    this.killWatchers();
    rmSync(this.#root, { recursive: true, force: true });
    if (unexpected) throw new Error(`unexpected calls:\n${unexpected}`);
  }

  /** As if the host had lost its power. A run that is neither finished nor restored is watched for ever otherwise. */
  killWatchers(): void {
    const own = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name) && this.#owns(name));
    // Who was killed may have begun another since all were looked for.
    for (let found = own(); found.length > 0; found = own()) {
      for (const name of found) {
        try {
          process.kill(Number(name), 'SIGKILL');
        } catch {
          // It has ended by itself.
        }
      }
      // What is killed holds its locks until it is gone.
      for (const name of found)
        while (holdsFiles(name)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }

  /** Whether a process is one of this host's: of its runs, or in its folders as all are that these began. */
  #owns(pid: string): boolean {
    try {
      if (`${readlinkSync(`/proc/${pid}/cwd`)}/`.startsWith(`${this.#root}/`)) return true;
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return words.some((word) => word.startsWith(`${this.#root}/state/runs/`));
    } catch {
      return false;
    }
  }

  /** A command by which it loses its power: of its runs nobody goes on, their watchers neither. */
  get powerLoss(): string {
    return `pkill -KILL -f '^[^ ]*sh ${this.#root}/state/runs/'`;
  }

  path(relative: string): string {
    return join(this.host, relative);
  }

  /** Writes a file on the host, with its folders. */
  write(relative: string, content: string | Buffer, mode = 0o644): string {
    const path = this.path(relative);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content, { mode });
    return path;
  }

  read(relative: string): string {
    return readFileSync(this.path(relative), 'utf8');
  }

  /** A program that answers what `branches` (of `case "$*" in`) know, and fails loudly on anything else. */
  fake(program: string, branches: string): void {
    const text = `#!/bin/sh
state=${this.#root}/state-of-fakes; mkdir -p "$state"
printf '%s %s\\n' ${program} "$*" >>"$state/calls"
case "$*" in
${branches}
*) echo "${program} $*" >>${this.#root}/unexpected; echo "unexpected: ${program} $*" >&2; exit 99 ;;
esac
`;
    writeFileSync(join(this.#bin, program), text, { mode: 0o755 });
  }

  readonly #lacking = new Set<string>();

  /** From here on the host has no such program, whatever this machine has. */
  lack(program: string): void {
    this.#lacking.add(program);
  }

  /** At the so many-th call of these programs by a run the host loses its power, once. */
  losesPowerAt(call: number, programs: readonly string[]): void {
    mkdirSync(this.memory, { recursive: true });
    const left = join(this.memory, 'calls-left');
    writeFileSync(left, `${call}\n`);
    const count = `read -r n <${left}; echo $((n - 1)) >${left}; [ $n != 1 ] || { ${this.powerLoss}; exit 1; }`;
    for (const name of programs) {
      const text = `#!/bin/sh\n${count}\nexec ${findProgram(name)} "$@"\n`;
      writeFileSync(join(this.#bin, name), text, { mode: 0o755 });
    }
  }

  /** Whether the host has lost its power where it was told to. */
  get hasLostPower(): boolean {
    return Number(readFileSync(join(this.memory, 'calls-left'), 'utf8')) < 1;
  }

  /** A program of the real machine by another name, e.g. gawk for awk. */
  alias(name: string, program: string): void {
    writeFileSync(join(this.#bin, name), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  }

  /** The very file of a program of the real machine, by another name. */
  link(name: string, program: string): void {
    rmSync(join(this.#bin, name), { force: true });
    symlinkSync(program, join(this.#bin, name));
  }

  /** From here on validators see the host as it will be, in a namespace; needs root, and the right to mount. */
  allowViews(): void {
    this.alias('unshare', findProgram('unshare') ?? 'unshare');
  }

  /** Every call of a faked program so far. */
  calls(): string[] {
    const file = join(this.#root, 'state-of-fakes/calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** A folder that fakes keep what they know in. */
  get memory(): string {
    return join(this.#root, 'state-of-fakes');
  }

  /** The kernel's parameters. */
  sysctls(values: Record<string, string>): void {
    for (const [key, value] of Object.entries(values)) {
      const file = join(this.#root, 'proc/sys', key.replaceAll('.', '/'));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${value}\n`);
    }
    this.fake(
      'sysctl',
      `"-q -w "*) pair="$3"; file=${this.#root}/proc/sys/$(printf %s "\${pair%%=*}" | tr . /); [ -f "$file" ] && printf '%s\\n' "\${pair#*=}" | sed 's/ *$//' >"$file" ;;`,
    );
  }

  sysctl(key: string): string {
    return readFileSync(join(this.#root, 'proc/sys', key.replaceAll('.', '/')), 'utf8').trimEnd();
  }

  /** Everything on the host but times: a line each, with type, mode, owner, number of names and content. */
  tree(relative = ''): string[] {
    const path = this.path(relative);
    const stat = lstatSync(path);
    const what = stat.isSymbolicLink()
      ? `link to ${readlinkSync(path)}`
      : stat.isDirectory()
        ? 'folder'
        : `file x${stat.nlink} ${JSON.stringify(readFileSync(path, 'latin1'))}`;
    const own = `${relative || '.'} ${(stat.mode & 0o7777).toString(8)} ${stat.uid}:${stat.gid} ${what}`;
    if (!stat.isDirectory()) return [own];
    const names = readdirSync(path).sort();
    return [own, ...names.flatMap((name) => this.tree(join(relative, name)))];
  }

  /** Asks all questions in one go, as a survey does. */
  async ask(questions: readonly Question[]): Promise<Answers> {
    const probe = buildProbe(questions);
    const { stdout, stderr } = await this.send(probe.script);
    if (stderr) throw new Error(stderr);
    return probe.read(stdout);
  }

  /** Runs `script` as a probe does, and gives back what it printed. */
  async probe(script: string): Promise<string> {
    return (await this.ask([{ id: 'it', script }])).of('it');
  }

  /** What a playbook's entry would change here, by the real probe, reader and diff. */
  async diff(raw: Entry, context: DiffContext = { packagesPending: false }): Promise<Difference[]> {
    const resource = resourceOf(raw, this.mask);
    return resource.observe(await this.probe(resource.question.script), el9).diff(context);
  }

  /** The steps of these entries, in their order. */
  async steps(...raws: Entry[]): Promise<Step[]> {
    const found = [];
    for (const raw of raws) found.push(...(await this.diff(raw)));
    return found.map(({ step }) => step);
  }

  stage(
    steps: readonly (Step & { isOpaque?: boolean })[],
    run = 'run1',
    owner = 'me@laptop',
  ): Promise<Outcome> {
    const titled = steps.map(({ isOpaque = false, ...step }, index) => {
      const what = { type: 'test', target: `${index + 1}`, action: 'update', isOpaque };
      return { ...what, title: `update ${index + 1}`, step };
    });
    const manifest = { run, owner, startedAt: '', command: 'apply', inventory: 'test', steps: titled };
    return this.#drive(
      stageScript(
        { ...manifest, steps: titled.map(({ step: _step, title: _title, ...what }) => what) },
        buildTransaction({
          run,
          owner,
          leaseSeconds: 600,
          ...(this.confirmSeconds ? { confirmSeconds: this.confirmSeconds } : {}),
          steps: titled,
          ...(this.group ? { group: this.group } : {}),
        }),
        titled,
      ),
    );
  }

  go(verb: Parameters<typeof continueScript>[1], run = 'run1', why?: Why): Promise<Outcome> {
    return this.#drive(continueScript(run, verb, why));
  }

  /** Confirms what is committed, and ends the run. */
  async finish(run = 'run1'): Promise<Outcome> {
    const confirmed = await this.go('confirm', run);
    return confirmed.code === 0 ? this.go('finish', run) : confirmed;
  }

  /** Stages and commits, as an apply does. */
  async apply(steps: Parameters<Sandbox['stage']>[0], run = 'run1'): Promise<Outcome> {
    const staged = await this.stage(steps, run);
    if (staged.code !== 0) return staged;
    const { code, stderr, journal } = await this.go('commit', run);
    return { code, stderr, journal: [...staged.journal, ...journal] };
  }

  /** What became of a run, as its operator finds out; brings a dead one to its end. */
  async settle(run = 'run1'): Promise<string> {
    return (await this.#run(this.#here(settleScript(run)))).stdout.trim();
  }

  /** What a run of this version wrote down of a step. */
  async record(run: string, step: number): Promise<StepRecord> {
    const answers = await this.ask([partsQuestion({ run, format: runFormat }), recordQuestion(run, step)]);
    const [part] = readParts(runFormat, Buffer.from(answers.of(partsId(run)), 'base64').toString()).slice(
      step - 1,
    );
    if (!part) throw new Error(`there is no step ${step}`);
    return readRecord(answers.of(recordId(run, step)), part);
  }

  /** One look of the run's watcher. */
  async watcherLooks(run = 'run1'): Promise<void> {
    await this.#run(`exec ${this.#bin}/sh ${join(this.home(run), 'transaction')} look`);
  }

  /** The host starts after it lost its power: it does what it was told to do then, and says whether that was anything. */
  async boots(): Promise<boolean> {
    const hooks = this.bootHooks();
    for (const hook of hooks) {
      const unit = join(this.boot, 'system', hook);
      const words = existsSync(unit)
        ? (/^ExecStart=(.*)$/m.exec(readFileSync(unit, 'utf8'))?.[1] ?? '')
        : `${join(this.boot, 'rc3.d', hook)} start`;
      const { code, stderr } = await this.#run(words.replace(/^\/bin\/sh /, `exec ${this.#bin}/sh `));
      if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
    }
    return hooks.length > 0;
  }

  /** What the host executes when it starts: a unit that is wanted then, or a link of the init scripts. */
  bootHooks(): string[] {
    return ['system/multi-user.target.wants', 'rc3.d']
      .map((folder) => join(this.boot, folder))
      .flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []))
      .filter((name) => /^(S11)?haprov-recover/.test(name));
  }

  state(run = 'run1'): string {
    return readlinkSync(join(this.#root, 'state/runs', run, 'state'));
  }

  /** Whether the flag is there for which keepalived gives its VIPs away while a run is at work. */
  get isLent(): boolean {
    return existsSync(join(this.#root, 'state/drain-for-run'));
  }

  set isLent(isLent: boolean) {
    if (isLent) writeFileSync(join(this.#root, 'state/drain-for-run'), '');
  }

  get lock(): string | undefined {
    const file = join(this.#root, 'state/lock');
    return existsSync(dirname(file)) && readdirSync(dirname(file)).includes('lock')
      ? readlinkSync(file)
      : undefined;
  }

  /** Where the run keeps what it did. */
  home(run = 'run1'): string {
    return join(this.#root, 'state/runs', run);
  }

  /** `script`, which names the host's own places, as it has to be to stay in here. */
  #here(script: string): string {
    const places: [string, string][] = [
      ['PATH=/usr/sbin:/usr/bin:/sbin:/bin', `PATH=${this.#path}`],
      [
        'have() { ',
        `have() { case $1 in ''${[...this.#lacking].map((one) => ` | ${one}`).join('')}) return 1 ;; esac; `,
      ],
      ['ground=/\n', `ground=${this.#root}/\n`],
      ['/proc/sys/', `${this.#root}/proc/sys/`],
      ['/proc/self/mounts', this.path('proc/self/mounts')],
      ...[
        '[0-9]*/maps',
        '$1/cgroup',
        '$1/comm',
        'locks',
        'stat',
        '1/stat',
        '1/cgroup',
        '" $1 "/cgroup',
        '" $1 "/stat',
      ]
        .filter(() => existsSync(this.path('proc/stat')))
        .map((name): [string, string] => [`/proc/${name}`, this.path(`proc/${name}`)]),
      ['/run/systemd/system', this.#systemd],
      ...[
        'dnf/',
        'init.d/',
        'inittab',
        'haproxy/',
        'keepalived/',
        'sysctl.',
        'os-release',
        'oracle-release',
        'centos-release',
        'redhat-release',
        'system-release',
      ].map((name): [string, string] => [`/etc/${name}`, this.path(`etc/${name}`)]),
      ['/usr/lib/systemd/system', this.path('usr/lib/systemd/system')],
      ['/usr/lib/sysctl.d', this.path('usr/lib/sysctl.d')],
      ['/run/sysctl.d', this.path('run/sysctl.d')],
      ['/var/lock/subsys', this.path('var/lock/subsys')],
      ['/var/lib/selinux', this.path('var/lib/selinux')],
      ['/var/lib/haproxy/haprov-servers', this.path('var/lib/haproxy/haprov-servers')],
      ['/etc/selinux', this.path('etc/selinux')],
      ['/sys/fs/selinux', this.path('sys/fs/selinux')],
      ['-e /selinux/', `-e ${this.path('selinux/')}`],
      ['/var/cache/yum', this.path('var/cache/yum')],
      ['/var/log/audit', this.path('var/log/audit')],
      ['/var/log/messages', this.path('var/log/messages')],
      ['/run/systemd/journal', this.path('run/systemd/journal')],
      ['/etc/systemd/system', join(this.boot, 'system')],
      ['/etc/rc', join(this.boot, 'rc')],
      ['/proc/uptime', join(this.#root, 'proc/uptime')],
      ...(existsSync(this.path('proc/1/stat'))
        ? [['/proc/1/stat', this.path('proc/1/stat')] as [string, string]]
        : []),
      ['/var/lib/haprov', `${this.#root}/state`],
    ];
    // What stands in the folder already is not put into it again.
    return places.reduce(
      (text, [from, to]) =>
        text
          .split(this.host + from)
          .map((part) => part.replaceAll(from, to))
          .join(this.host + from),
      script,
    );
  }

  /** Runs a script as it is sent to a host. */
  send(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
    return this.#run(this.#here(script));
  }

  /** Begins to run what a client has sent, as sshd does. */
  start(script: string, { isEnd = true } = {}): ChildProcessWithoutNullStreams {
    const child = spawn(join(this.#bin, 'sh'), ['-s'], { cwd: this.#root, env: this.#environment });
    child.stdin.on('error', () => undefined).write(this.#here(script));
    if (isEnd) child.stdin.end();
    return child;
  }

  /** As a host gives it to us: nothing is taken over from whoever runs the tests. */
  get #environment(): NodeJS.ProcessEnv {
    return { PATH: this.#path, HOME: this.#root, LC_ALL: 'C' };
  }

  get #path(): string {
    return `${this.#bin}:${toolsOfThisMachine()}`;
  }

  async #drive(script: string): Promise<Outcome> {
    const { code, stdout, stderr } = await this.send(script);
    const journal: JournalEntry[] = [];
    journalReader((entry) => journal.push(entry))(stdout);
    return { code, stderr, journal };
  }

  #run(script: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const missing = missingFunctions(script);
    if (missing.length > 0) throw new Error(`a script calls what it does not have: ${missing.join(', ')}`);
    return new Promise((resolve) => {
      const child = execFile(
        join(this.#bin, 'sh'),
        [],
        {
          cwd: this.#root,
          maxBuffer: 64 << 20,
          env: this.#environment,
        },
        (error, stdout, stderr) =>
          resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr }),
      );
      child.stdin?.end(script);
    });
  }
}
