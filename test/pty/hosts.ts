import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Sandbox } from '../shell/sandbox';
import { type SshFiles, sshFiles } from '../support/ssh-files';
import {
  type CommandHandler,
  newKey,
  publicLine,
  runsLocally,
  type SshServer,
  startSshServer,
  type User,
} from '../support/ssh-server';
import { type Size, Terminal } from './terminal';

/** The program as it is built, and as a user has installed it from the package. */
export const programs = {
  built: [process.execPath, resolve('dist/haprov.js')],
  installed: [join(process.env.HAPROV_INSTALLED ?? '', 'node_modules/.bin/haprov')],
};
export type Program = keyof typeof programs;

/** The terminal's size, and what is in the environment. */
type Look = Partial<Size> & { env?: Record<string, string | undefined> };

/** Whoever runs the tests is root there. */
const whoAmI = 'uid=${EUID:-$(id -u)}';
const asRoot = 'env LC_ALL=C sh -s';
/** With it haprov sees how many channels a host opens. */
const room = 'echo; exec cat';

/** Hosts of this machine's: a real SSH server each, the real shell, and everything else under a temporary folder. */
export class Hosts {
  readonly boxes: ReadonlyMap<string, Sandbox>;
  readonly #files: SshFiles;
  readonly #servers: SshServer[] = [];
  readonly #terminals: Terminal[] = [];
  /** Hosts do not begin to answer before this is over. */
  #held: Promise<void> = Promise.resolve();

  private constructor(names: readonly string[]) {
    this.#files = sshFiles();
    this.boxes = new Map(names.map((name) => [name, new Sandbox()]));
  }

  /** What known_hosts has. */
  get known(): string {
    return readFileSync(this.#files.knownHosts, 'utf8');
  }
  set known(text: string) {
    this.#files.write('known_hosts', text);
  }

  static start(...names: string[]): Promise<Hosts> {
    return Hosts.lettingIn(Object.fromEntries(names.map((name) => [name, {}])));
  }

  /** Hosts, and what each wants to know of root; his key where nothing else is said. `ssh` is the inventory's, for all. */
  static async lettingIn(users: Record<string, User>, ssh: object = {}): Promise<Hosts> {
    const hosts = new Hosts(Object.keys(users));
    const key = newKey().private;
    const byKey = { publicKey: hosts.#files.publicKey };
    const places = new Map<string, { address: string; port: number }>();
    for (const [name, box] of hosts.boxes) {
      box.write('etc/os-release', 'NAME="CentOS Stream"\nID="centos"\nVERSION_ID="9"\n');
      box.fake(
        'rpm',
        '"-q --qf installed="* | "-q --qf %{NAME} %{VERSION}-%{RELEASE} %{INSTALLTIME}"*) exit 1 ;;',
      );
      // The units say nothing of their own of what is read. The sandbox's own branch stays.
      box.fake(
        'systemctl',
        '"list-jobs --no-legend" | "list-units --type=service --state=running,exited "* | "show --all -p Id -p Type -p ConditionResult "*) ;;\n"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service" | "show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") ;;',
      );
      const handler = hosts.#answeredBy(box);
      const address = `127.0.0.${places.size + 2}`;
      const server = await startSshServer({
        address,
        hostKeys: [key],
        users: { root: { ...(users[name]?.password ? {} : byKey), ...users[name] } },
        commands: { [asRoot]: handler, [room]: runsLocally(room) },
      });
      hosts.#servers.push(server);
      places.set(name, { address, port: server.port });
    }
    const known = [...places.values()].map(
      ({ address, port }) => `[${address}]:${port} ${publicLine(key)}\n`,
    );
    hosts.#files.write('known_hosts', known.join(''));
    hosts.#inventory(places, ssh);
    return hosts;
  }

  #inventory(places: ReadonlyMap<string, { address: string; port: number }>, ssh: object): void {
    const hosts = Object.fromEntries(
      [...places].map(([name, { address, port }]) => [name, { address, ssh: { port, ...ssh } }]),
    );
    const inventory = { name: 'pair', hosts, playbooks: ['one'] };
    this.write('inventory.json', JSON.stringify(inventory));
    this.wants();
  }

  /** What the hosts are to have: a folder of their own, and `more`. */
  wants(...more: object[]): void {
    const [box] = this.boxes.values();
    if (!box) throw new Error('no host');
    // Each host has its own root, and they all get the same playbook.
    const resources = [{ type: 'directory', path: `${box.host}/srv/one` }, ...more];
    this.write('playbooks/one.json', JSON.stringify({ tasks: [{ name: 'One', resources }] }));
  }

  /** From now on the user's key needs a passphrase. */
  lockKey(passphrase: string): string {
    const file = this.#files.path('id');
    execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', file]);
    return file;
  }

  write(name: string, content: string): void {
    const file = this.#files.path(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
  }

  get folder(): string {
    return this.#files.folder;
  }

  /** From now on hosts take what is sent and say nothing. */
  hold(): () => void {
    let release: () => void = () => {};
    this.#held = new Promise<void>((done) => {
      release = done;
    });
    return release;
  }

  #answeredBy(box: Sandbox): CommandHandler {
    return (channel) => {
      const input: Buffer[] = [];
      let hasGone = false;
      channel.on('close', () => {
        hasGone = true;
      });
      channel.on('data', (chunk: Buffer) => input.push(chunk));
      channel.on('end', async () => {
        await this.#held;
        if (hasGone) return;
        const child = box.start(Buffer.concat(input).toString().replace(whoAmI, 'uid=0'));
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        // Who has gone reads no more.
        channel.on('close', () => {
          child.stdout.destroy();
          child.stderr.destroy();
        });
        child.on('close', (code) => {
          channel.exit(code ?? 255);
          channel.end();
        });
      });
    };
  }

  /** A host ends its connections, as after LoginGraceTime. */
  hangUp(name: string): void {
    this.#servers[[...this.boxes.keys()].indexOf(name)]?.hangUp();
  }

  /** Runs `haprov WORDS…` on a terminal, in the folder of the inventory. */
  run(words: string, { program = 'built', ...options }: Look & { program?: Program } = {}): Terminal {
    const ssh = ['--ssh-config', this.#files.path('config')];
    return this.#open([...programs[program], ...words.split(' '), ...ssh], options);
  }

  /** Runs a line of shell there. */
  shell(line: string, options: Look = {}): Terminal {
    return this.#open(['sh', '-c', line], options);
  }

  #open(words: readonly string[], options: Look): Terminal {
    const terminal = new Terminal(words, { cwd: this.folder, ...options });
    this.#terminals.push(terminal);
    return terminal;
  }

  /** What `haprov WORDS…` is in a shell. */
  commandLine(words: string, program: Program = 'built'): string {
    return [...programs[program], words, '--ssh-config', this.#files.path('config')].join(' ');
  }

  /** Everything on the hosts. */
  trees(): string[][] {
    return Array.from(this.boxes.values(), (box) => box.tree());
  }

  locks(): (string | undefined)[] {
    return Array.from(this.boxes.values(), (box) => box.lock);
  }

  async close(): Promise<void> {
    // What a test that failed has left.
    for (const terminal of this.#terminals) terminal.kill('SIGKILL');
    await Promise.all(this.#terminals.map(({ ended }) => ended));
    try {
      await Promise.all(this.#servers.map((server) => server.close()));
    } finally {
      for (const box of this.boxes.values()) box.dispose();
      this.#files.remove();
    }
  }
}
