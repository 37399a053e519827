import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Terminal } from '../pty/terminal';
import { ofThisLab, state } from '../support/lab';

/** A reader who does what a page says, at a terminal: each block in bash, in the folder and with the variables of the one before. */
export class Walk {
  readonly #place = mkdtempSync(join(tmpdir(), 'haprov-walk-'));
  /** What was done last, with its screen. */
  last: Terminal | undefined;

  constructor() {
    const programs = join(this.#place, 'bin');
    mkdirSync(programs);
    const config = join(state, 'ssh_config');
    const program = (name: string, command: string) =>
      writeFileSync(join(programs, name), `#!/bin/sh\n${command} "$@"\n`, { mode: 0o755 });
    // How long clients wait on a busy machine is not what a page is about.
    const patience = '[ "$1" != drill ] || set -- "$@" --max-gap 3600';
    program('haprov', `${patience}\nexec '${process.execPath}' '${resolve('dist/haprov.js')}'`);
    // haprov asks it how hosts are reached.
    program('ssh', `exec /usr/bin/ssh -F '${config}'`);
    writeFileSync(join(this.#place, 'folder'), this.#place);
  }

  /** Does it, and answers yes where it is asked; gives all that the terminal has shown. */
  async do(commands: string): Promise<{ code: number; printed: string[] }> {
    const [file, before] = [join(this.#place, 'block'), join(this.#place, 'environment')];
    writeFileSync(file, ofThisLab(commands));
    const kept = `export -p >'${before}'; pwd >'${this.#place}/folder'`;
    const begun = `${existsSync(before) ? `. '${before}'; ` : ''}cd "$(cat '${this.#place}/folder')"`;
    const terminal = new Terminal(['bash', '-euo', 'pipefail', '-c', `${begun}; . '${file}'; ${kept}`], {
      cwd: this.#place,
      env: { PATH: `${join(this.#place, 'bin')}:${process.env.PATH}` },
      columns: 100,
      rows: 40,
    });
    this.last = terminal;
    const answered = terminal.hears('[y/N]').then(
      () => terminal.type('y\r'),
      () => undefined,
    );
    const { code } = await terminal.ended;
    await answered;
    return { code, printed: terminal.everything };
  }
}
