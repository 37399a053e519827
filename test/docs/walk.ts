import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Terminal } from '../pty/terminal';
import { network, ofDocuments, ofThisLab, state } from '../support/lab';
import type { Block, Picture } from './pages';
import { draw, neverShown, staleIn, wordsOf } from './picture';

const draws = process.env.HAPROV_UPDATE_DOCS === '1';

/** A reader who does what a page says, at a terminal: each block in bash, in the folder and with the variables of the one before. */
export class Walk {
  readonly #place = mkdtempSync(join(tmpdir(), 'haprov-walk-'));

  constructor() {
    const programs = join(this.#place, 'bin');
    mkdirSync(programs);
    const config = join(state, 'ssh_config');
    const program = (name: string, command: string) =>
      writeFileSync(join(programs, name), `#!/bin/sh\n${command} "$@"\n`, { mode: 0o755 });
    // How long clients wait on a busy machine is not what a page is about.
    const patience = draws ? '' : '[ "$1" != drill ] || set -- "$@" --max-gap 3600';
    program('haprov', `${patience}\nexec '${process.execPath}' '${resolve('dist/haprov.js')}'`);
    // haprov asks it how hosts are reached.
    program('ssh', `exec /usr/bin/ssh -F '${config}'`);
    writeFileSync(join(this.#place, 'folder'), this.#place);
  }

  /**
   * Does it, and answers yes where it is asked; gives all that the terminal has shown. With HAPROV_UPDATE_DOCS=1 its pictures
   * are drawn anew, and otherwise said to be stale where they show what is not printed.
   */
  async do({ commands, pictures }: Block): Promise<{ code: number; printed: string[]; stale?: string }> {
    const columns = pictures.length > 0 ? 80 : 100;
    const [script, before] = [join(this.#place, 'block'), join(this.#place, 'environment')];
    writeFileSync(script, ofThisLab(commands));
    const kept = `export -p >'${before}'; pwd >'${this.#place}/folder'`;
    const begun = `${existsSync(before) ? `. '${before}'; ` : ''}cd "$(cat '${this.#place}/folder')"`;
    const terminal = new Terminal(['bash', '-euo', 'pipefail', '-c', `${begun}; . '${script}'; ${kept}`], {
      cwd: this.#place,
      env: { PATH: `${join(this.#place, 'bin')}:${process.env.PATH}` },
      columns,
      rows: 44,
    });
    const answered = terminal.hears('[y/N]').then(
      () => terminal.type('y\r'),
      () => undefined,
    );
    const save = ({ file, title }: Picture, from?: string) => {
      const drawn = draw(terminal.buffer, { columns, command: commands.trim(), title, from });
      writeFileSync(file, drawn.replaceAll(network, ofDocuments));
    };
    const live = pictures.find(isLive);
    if (draws && live)
      await terminal.shows(/ commit [3-9]\/.*\n.*\n.* commit [3-9]\//).then(() => save(live, '[y/N]'));
    const { code } = await terminal.ended;
    await answered;
    const printed = terminal.everything;
    for (const picture of pictures) {
      if (draws && code === 0 && picture !== live) save(picture);
      const { lines } = wordsOf(readFileSync(picture.file, 'utf8'));
      const stale = isLive(picture) ? neverShown(lines, terminal.raw) : staleIn(lines, printed);
      if (stale) return { code, printed, stale: `${picture.file} (npm run pictures): ${stale}` };
    }
    return { code, printed };
  }
}

const isLive = ({ file }: Picture) => file.endsWith('-live.svg');
