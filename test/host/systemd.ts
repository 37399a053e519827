import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Sandbox } from '../shell/sandbox';

/**
 * A systemd on the sandbox's host, as far as haprov asks it: units are files and links there, as enabling makes them;
 * what runs is remembered. It refuses what systemctl refuses: an alias is not enabled, what failed too often not started.
 */
export class Systemd {
  constructor(private readonly box: Sandbox) {
    for (const folder of ['active', 'crashes', 'limit', 'oneshot', 'broken'])
      mkdirSync(this.#memory(folder), { recursive: true });
    for (const folder of [this.etc, box.path('usr/lib/systemd/system')])
      mkdirSync(folder, { recursive: true });
    box.fake('systemctl', program(this.etc, box.path('usr/lib/systemd/system'), box.run));
    box.fake('journalctl', '*) ;;');
  }

  #memory(folder: string, unit = ''): string {
    return join(this.box.memory, folder, unit);
  }

  /** What stands for /etc/systemd/system. */
  get etc(): string {
    return join(this.box.boot, 'system');
  }

  /** A unit file as a package brings it. */
  unit(name: string, install = 'WantedBy=multi-user.target'): void {
    this.box.write(
      `usr/lib/systemd/system/${name}`,
      `[Unit]\nDescription=x\n${install ? `[Install]\n${install}\n` : ''}`,
    );
  }

  set(what: 'active' | 'crashes' | 'limit' | 'oneshot' | 'broken', unit: string, is = true): void {
    if (is) writeFileSync(this.#memory(what, unit), what === 'active' ? 'running' : '');
    else rmSync(this.#memory(what, unit), { force: true });
  }

  runs(unit: string): boolean {
    return existsSync(this.#memory('active', unit));
  }

  /** What systemd calls failed, until it is told to forget that. */
  hasFailed(unit: string): boolean {
    return existsSync(this.#memory('limit', unit));
  }

  /** All that enabling has made, in /etc and /run. */
  links(): string[] {
    const below = (folder: string): string[] =>
      readdirSync(folder, { withFileTypes: true }).flatMap((one) =>
        one.isDirectory() ? below(join(folder, one.name)) : [join(folder, one.name)],
      );
    return [this.etc, this.box.run]
      .flatMap(below)
      .filter((path) => !path.includes('haprov-recover'))
      .map((path) => path.replace(this.etc, 'etc').replace(this.box.run, 'run'))
      .sort();
  }

  ctl(words: string): void {
    this.box.onHost(`systemctl ${words}`);
  }
}

const program = (etc: string, lib: string, run: string) => `
*)
  etc=${etc} lib=${lib} run=${run}
  case $1 in -q | --no-block) shift ;; esac
  verb=$1 runtime=
  shift
  [ "\${1-}" != --runtime ] || { runtime=yes; shift; }
  file_of() { for f in "$etc/$1" "$run/$1" "$lib/$1"; do [ ! -L "$f" ] && [ ! -e "$f" ] || { echo "$f"; return; }; done; return 1; }
  id_of() { f=$(file_of "$1") && f=$(readlink -f "$f") && echo "\${f##*/}"; }
  kind_of() { # ID
    f=$(file_of "$1") || return 0
    case $(readlink "$f") in
      /dev/null) case $f in "$run"/*) echo masked-runtime ;; *) echo masked ;; esac; return ;;
    esac
    for l in "$etc"/*.wants/"$1" "$etc"/*.requires/"$1"; do [ ! -L "$l" ] || { echo enabled; return; }; done
    for l in "$run"/*.wants/"$1"; do [ ! -L "$l" ] || { echo enabled-runtime; return; }; done
    if [ -L "$f" ]; then case $f in "$run"/*) echo linked-runtime ;; *) echo linked ;; esac; return; fi
    if grep -q 'WantedBy\\|Alias\\|RequiredBy' "$f"; then echo disabled; elif grep -q Also "$f"; then echo indirect; else echo static; fi
  }
  values() { sed -n "s/^$1=//p" "$(readlink -f "$(file_of "$2")")"; }
  enable() { # ID
    base=$etc; [ -z "$runtime" ] || base=$run
    real=$(readlink -f "$(file_of "$1")")
    for t in $(values WantedBy "$1"); do mkdir -p "$base/$t.wants"; ln -sfn "$real" "$base/$t.wants/$1"; done
    for t in $(values Alias "$1"); do ln -sfn "$real" "$base/$t"; done
    for t in $(values Also "$1"); do [ -n "\${2-}" ] || enable "$t" also; done
  }
  disable() { # ID
    real=$(readlink -f "$(file_of "$1")")
    also=$(values Also "$1")
    for l in "$etc"/* "$etc"/*/* "$run"/* "$run"/*/*; do
      [ ! -L "$l" ] || { [ "\${l##*/}" != "$1" ] && [ "$(readlink -f "$l")" != "$real" ]; } || { rm -f "$l"; rmdir "\${l%/*}" 2>/dev/null; }
    done
    for t in $also; do [ -n "\${2-}" ] || disable "$t" also; done
    :
  }
  last= props=
  for word in "$@"; do case $last in -p) props="$props $word" ;; esac; last=$word; done
  unit=$last
  id=$(id_of "$unit") || id=$unit
  case $verb in
  daemon-reload | list-jobs) ;;
  status) [ ! -e "$state/broken/$id" ] || echo "$id is broken" ;;
  show)
    for p in $props; do
      case $p in
      Id) echo "Id=$id" ;;
      LoadState) case $(kind_of "$id") in masked*) echo LoadState=masked ;; *) if file_of "$unit" >/dev/null || [ -e "$state/active/$unit" ]; then echo LoadState=loaded; else echo LoadState=not-found; fi ;; esac ;;
      ActiveState) if grep -qs running "$state/active/$id"; then echo ActiveState=active; elif [ -e "$state/active/$id" ]; then echo ActiveState=activating; elif [ -e "$state/limit/$id" ]; then echo ActiveState=failed; else echo ActiveState=inactive; fi ;;
      SubState) if grep -qs running "$state/active/$id"; then echo SubState=running; elif [ -e "$state/active/$id" ]; then echo SubState=auto-restart; else echo SubState=dead; fi ;;
      UnitFileState) echo "UnitFileState=$(kind_of "$id")" ;;
      NeedDaemonReload) echo NeedDaemonReload=no ;;
      NRestarts) [ ! -e "$state/crashes/$id" ] || echo x >>"$state/crashes/$id"; [ ! -e "$state/crashes/$id" ] || echo "NRestarts=$(grep -c x "$state/crashes/$id")" ;;
      Type) [ ! -e "$state/oneshot/$id" ] || echo Type=oneshot ;;
      Result) echo Result=success ;;
      esac
    done
    ;;
  is-enabled) kind_of "$id" ;;
  is-active) grep -qs running "$state/active/$id" ;;
  enable)
    [ "$(file_of "$unit")" != "" ] || { echo "Failed to enable unit: Unit file $unit does not exist." >&2; exit 1; }
    [ "$id" = "$unit" ] || { echo 'Failed to enable unit: Refusing to operate on alias name or linked unit file' >&2; exit 1; }
    enable "$unit" ;;
  disable)
    [ "$(file_of "$unit")" != "" ] || { echo "Failed to disable unit: Unit file $unit does not exist." >&2; exit 1; }
    disable "$unit" ;;
  reset-failed) rm -f "$state/limit/$id" ;;
  start | restart | reload-or-restart)
    [ ! -e "$state/limit/$id" ] || { echo 'Start request repeated too quickly.' >&2; exit 1; }
    file_of "$unit" >/dev/null || { echo "Failed to start $unit: Unit $unit not found." >&2; exit 5; }
    [ ! -e "$state/broken/$id" ] || { : >"$state/limit/$id"; exit 1; }
    [ -e "$state/oneshot/$id" ] || echo running >"$state/active/$id" ;;
  reload) ;;
  stop)
    file_of "$unit" >/dev/null || [ -e "$state/active/$unit" ] || { echo "Failed to stop $unit: Unit $unit not loaded." >&2; exit 5; }
    rm -f "$state/active/$id" ;;
  *) exit 98 ;;
  esac
  ;;`;
