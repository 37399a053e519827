// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import needsText from './needs.sh';
import resolveText from './resolve.sh';
import rollText from './roll.sh';
import twiceText from './twice.sh';
import updateText from './update.sh';

export const libraries = {
  'needs': { text: needsText, needs: ['probe', 'init', 'boot-owed'], functions: 'running_files unit_of tell_units can_restart has_process tell_runs_from tell_needs tell_old_kernel restart_units' },
  'resolve': { text: resolveText, needs: ['probe', 'boot-owed', 'needs', 'haproxy-files', 'keepalived-reads', 'twice', 'full-folder'], functions: 'resolver resolver_name wished read_table versions_of tell_updates tell_offered tell_traits has_line rpm_locker' },
  'roll': { text: rollText, needs: ['init', 'probe'], functions: 'boot_mark note_roll end_roll keep_before tell_before hold_for_roll hold_alone let_go_of_roll drop_roll_mark owe_boot note_boot boot_host seen_back can_boot tell_surroundings tell_starts was_taken_out' },
  'twice': { text: twiceText, needs: ['resolve'], functions: 'each_update tell_twice without_epoch tell_left_twice tell_twice_whole' },
  'update': { text: updateText, needs: ['init', 'probe', 'resolve', 'twice', 'transaction', 'haproxy-files', 'validators', 'units'], functions: 'check_updates is_as_planned stage_updates in_turn say_of_resolver fetch_programs is_updated copy_from_cache unpack try_updates warn_of_new try_haproxy try_keepalived run_updates finish_cut tell_old_beside keep_own_files last_transaction verify_updates is_as_wanted undo_updates put_units_back put_cut_back tell_added tell_kept put_rows_back tell_way_back tell_no_way_back tell_wanted_back put_back made_by was_put_back restart_back' },
} satisfies Record<string, Library>;

export interface Functions {
  // needs.sh
  running_files: [grep_word?: Word];
  unit_of: [pid: Word];
  tell_units: [];
  can_restart: [unit: Word];
  has_process: [unit: Word];
  tell_runs_from: [...name: Word[]];
  tell_needs: [];
  tell_old_kernel: [];
  restart_units: [...unit: Word[]];
  // resolve.sh
  resolver: [...word: Word[]];
  resolver_name: [];
  wished: [which: 'all' | 'security', ...name: Word[]];
  read_table: [];
  versions_of: [name_arch: Word];
  tell_updates: [which: 'all' | 'security', ...name: Word[]];
  tell_offered: [...name: Word[]];
  tell_traits: [];
  has_line: [pattern: Word, ...file: Word[]];
  rpm_locker: [];
  // roll.sh
  boot_mark: [];
  note_roll: [...row: Word[]];
  end_roll: [roll: Word];
  keep_before: [text: Word];
  tell_before: [];
  hold_for_roll: [which: 'begin' | 'renew', run: Word, lease: Word, since: Word, owner: Word];
  hold_alone: [which: 'begin' | 'renew', run: Word, lease: Word, since: Word, owner: Word];
  let_go_of_roll: [run: Word];
  drop_roll_mark: [run: Word];
  owe_boot: [];
  note_boot: [run: Word, which: 'due' | 'told' | 'refused' | 'back' | 'late', detail?: Word];
  boot_host: [run: Word];
  seen_back: [run: Word];
  can_boot: [];
  tell_surroundings: [];
  tell_starts: [...unit: Word[]];
  was_taken_out: [line: Word];
  // twice.sh
  each_update: [rows: Word, read: Word];
  tell_twice: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  without_epoch: [version: Word];
  tell_left_twice: [];
  tell_twice_whole: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  // update.sh
  check_updates: [rows: Word];
  is_as_planned: [name: Word, arch: Word, from: Word, to: Word];
  stage_updates: [rows: Word, which: 'all' | 'security', ...name: Word[]];
  in_turn: [file: Word, ...word: Word[]];
  say_of_resolver: [];
  fetch_programs: [rows: Word, which: 'all' | 'security'];
  is_updated: [name: Word, rows: Word];
  copy_from_cache: [name: Word, rows: Word];
  unpack: [rpm: Word];
  try_updates: [rows: Word];
  warn_of_new: [text: Word];
  try_haproxy: [];
  try_keepalived: [];
  run_updates: [rows: Word, which: 'all' | 'security', ...name: Word[]];
  finish_cut: [rows: Word];
  tell_old_beside: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  keep_own_files: [output: Word];
  last_transaction: [];
  verify_updates: [rows: Word];
  is_as_wanted: [name: Word, arch: Word, from: Word, to: Word];
  undo_updates: [rows: Word];
  put_units_back: [];
  put_cut_back: [rows: Word];
  tell_added: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  tell_kept: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  put_rows_back: [rows: Word];
  tell_way_back: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  tell_no_way_back: [run: Word];
  tell_wanted_back: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  put_back: [...word: Word[]];
  made_by: [rows: Word];
  was_put_back: [name: Word, arch: Word, from: Word, to: Word, stays: Word];
  restart_back: [unit: Word];
}
