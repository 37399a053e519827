import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageUpdate, UpdateWish } from '../../src/patch/packages';
import { updateSteps } from '../../src/patch/update-steps';
import { quote } from '../../src/shell/quote';
import { Sandbox, type Shell } from '../shell/sandbox';

/** "running" has what runs; where there is "cannot-start", nothing can be started. */
export const services = `"list-jobs --no-legend") ;;
"list-units "*) sed 's/$/ loaded active running The one/' "$state/running" 2>/dev/null ;;
"show -p Id "*) while [ "$1" != -- ]; do shift; done; shift; for unit; do printf 'Id=%s\nType=simple\nUnitFileState=enabled\nWantedBy=multi-user.target\n\n' "$unit"; done ;;
"-q is-active "*) grep -qxF "$3" "$state/running" ;;
"show -p NeedDaemonReload -p LoadState "* | "-q reset-failed "* | daemon-reload*) ;;
"start "*) [ ! -f "$state/cannot-start" ] && echo "$2" >>"$state/running" ;;`;

export type Resolver = 'dnf' | 'yum';

/** A host with old packages, and newer ones in its repositories: fake-resolver.sh. */
export class PatchedBox extends Sandbox {
  constructor(shell: Shell, resolver: Resolver, old: readonly string[], offered: readonly string[]) {
    super(shell);
    mkdirSync(this.memory, { recursive: true });
    this.put('installed', old.map((row) => `${row}\n`).join(''));
    this.put('offered', offered.map((row) => `${row}\n`).join(''));
    for (const program of [resolver, 'rpm'])
      this.fake(program, `*) sh ${quote(join(__dirname, 'fake-resolver.sh'))} "$state" ${program} "$@" ;;`);
    this.fake('systemctl', services);
  }

  /** Tells the fakes something. */
  put(name: string, text = ''): void {
    writeFileSync(join(this.memory, name), text);
  }

  get installed(): string[] {
    return this.#rows('installed');
  }

  get running(): string[] {
    return this.#rows('running');
  }

  #rows(name: string): string[] {
    return readFileSync(join(this.memory, name), 'utf8').trimEnd().split('\n');
  }

  override dispose(): void {
    expect(existsSync(join(this.memory, 'unexpected-words'))).toBe(false);
    super.dispose();
  }

  /** The calls that have made packages newer. */
  get updatesMade(): string[] {
    return this.calls().filter((call) => / -y -C update/.test(call));
  }
}

type Row = [name: string, arch: string, from: string | null, to: string | null];

export const steps = (...rows: Row[]) => stepsOf({ packages: [], isSecurity: false }, rows);

export function stepsOf(wish: UpdateWish, rows: readonly Row[]) {
  const updates = rows.map(
    ([name, arch, from, to]): PackageUpdate => ({
      name,
      arch,
      from,
      to,
      repository: 'newer',
      isBeside: /^kernel/.test(name) && to !== null,
    }),
  );
  return updateSteps({
    wish,
    updates,
    afterwards: { boot: [], units: [] },
    owed: { boot: [], units: [] },
    oneWay: [],
    traits: [],
    skipped: [],
  }).map(({ step }) => step);
}

/** Which part of a step failed, and with what words. */
export const failureOf = (journal: Awaited<ReturnType<Sandbox['apply']>>['journal']) =>
  journal.flatMap((entry) => (entry.event === 'failed' ? [[entry.part, entry.output]] : []));
