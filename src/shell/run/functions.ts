// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import apartText from './apart.sh';
import bootText from './boot.sh';
import driveText from './drive.sh';
import filesText from './files.sh';
import firewallText from './firewall.sh';
import foldersText from './folders.sh';
import fullFolderText from './full-folder.sh';
import historyText from './history.sh';
import hungText from './hung.sh';
import limitsText from './limits.sh';
import peersText from './peers.sh';
import putBackText from './put-back.sh';
import recoverText from './recover.sh';
import relayText from './relay.sh';
import selinuxText from './selinux.sh';
import serverStatesText from './server-states.sh';
import stagedText from './staged.sh';
import systemText from './system.sh';
import transactionText from './transaction.sh';
import unitsText from './units.sh';
import validatorsText from './validators.sh';
import viewText from './view.sh';
import wipeText from './wipe.sh';

export const libraries = {
  'apart': { text: apartText, needs: [], functions: 'begin_apart' },
  'boot': { text: bootText, needs: ['init', 'apart', 'transaction', 'peers'], functions: 'hook_boot boot_unit_text leave_to_boot start_at_boot' },
  'drive': { text: driveText, needs: [], functions: 'make_run_folder write_down note_why drive' },
  'files': { text: filesText, needs: ['probe', 'paths', 'labels', 'transaction', 'put-back'], functions: 'check_file look_at begin_staging why_not make_place owner_word finish_staging keep_written write_new stage_file stage_line line_is_so commit_file stage_removal remove_file verify_absent verify_file give_label settle_label' },
  'firewall': { text: firewallText, needs: ['probe', 'firewall-probe', 'transaction'], functions: 'record_firewall held_by_another tell_firewall change_firewall rule_for_one states_now check_firewall verify_firewall verify_restored_firewall' },
  'folders': { text: foldersText, needs: ['probe', 'paths', 'labels', 'transaction', 'files'], functions: 'check_directory make_directory make_missing label_folder verify_directory restore_directory remove_empty leave_directory keep_directory remove_left_directories' },
  'full-folder': { text: fullFolderText, needs: ['probe'], functions: 'full_folder say_full_folder' },
  'history': { text: historyText, needs: ['probe', 'paths', 'recover'], functions: 'probe_history probe_last_run in_base64 probe_record probe_change probe_secret_lines probe_parts end_run processes_of_run unlock_dead' },
  'hung': { text: hungText, needs: [], functions: 'end_hung' },
  'limits': { text: limitsText, needs: ['apart'], functions: 'limited end_by_term tell_limit start_limiter count_seconds forget_limiter watch_limit end_part processes_of_part' },
  'peers': { text: peersText, needs: ['transaction'], functions: 'is_in_group seal_of say say_restored say_farewell hear hear_with_python hear_with_tcpdump look_around heard_old heard_all recover_in_group have_others_stayed look_at_network adverts_of' },
  'put-back': { text: putBackText, needs: ['probe', 'paths'], functions: 'find_names restore_file undo_rename leave_names leave_all_names' },
  'recover': { text: recoverText, needs: ['probe', 'put-back'], functions: 'boot_hooks_of unhook_boot is_roots_folder write_states forget_states drop_lock format_of is_whole has_ended outcome recover_run settle_run_of wait_for_boot salvage' },
  'relay': { text: relayText, needs: [], functions: 'send_rows relay' },
  'selinux': { text: selinuxText, needs: ['probe', 'selinux-probe', 'transaction'], functions: 'check_labels check_booleans label_ports verify_labels restore_labels set_booleans verify_booleans restore_booleans' },
  'server-states': { text: serverStatesText, needs: ['runtime', 'drained', 'haproxy-files', 'haproxy-words', 'loaded', 'recover', 'transaction'], functions: 'states_to_keep copy_before files_before runs_as_before running_states goes_by_file all_read_file carry_drained carried keep_states titles_to_drain hand_states_over' },
  'staged': { text: stagedText, needs: ['probe', 'put-back', 'transaction', 'validators'], functions: 'swap as_seen names_staged staged_copy as_it_will_be validate_file' },
  'system': { text: systemText, needs: ['probe', 'sysctl', 'init', 'haproxy-processes', 'units', 'transaction', 'loaded', 'recover', 'server-states', 'boot'], functions: 'check_packages_absent is_there install_packages undo_packages verify_packages check_sysctls save_sysctls set_sysctls verify_sysctls restore_sysctls property check_service save_service change_service bring workers_of sum_for prove_reload comes_anew verify_service stays_active restore_service in_shell run_command undo_command' },
  'transaction': { text: transactionText, needs: ['probe', 'apart', 'selinux-probe', 'put-back', 'recover', 'wipe', 'folders', 'boot', 'limits', 'peers', 'view', 'flag', 'full-folder'], functions: 'now emit uptime_now link_to mark_time age_of settle settle_run settle_renamed set_state state begin drifted still_needed attempt note_command part step_of look_again reversed stage commit confirm restore finish recover newest_first prune_runs drop_run renew is_overdue look watch start_watcher take_lock recover_other needs_state main' },
  'units': { text: unitsText, needs: ['init', 'probe', 'transaction'], functions: 'links_in put_links_back undo_disabling start_what_ran own_name boot_links reread_links life_of has_done_its_work reread_unit switch_unit move_unit forget_failures call_script' },
  'validators': { text: validatorsText, needs: ['staged', 'haproxy-files'], functions: 'haproxy_check haproxy_check_with check_haproxy_config haproxy_says keepalived_check keepalived_says complaints_in complaints_now keepalived_check_with' },
  'view': { text: viewText, needs: ['transaction'], functions: 'validate_all validate_each view build_view lay_out put_in_place' },
  'wipe': { text: wipeText, needs: ['probe', 'recover'], functions: 'mark_secret remember_lines wipe keeps_secret wipe_run rewrite words_left parts_left drop_program purge_runs' },
} satisfies Record<string, Library>;

export interface Functions {
  // apart.sh
  begin_apart: [command: Word, ...word: Word[]];
  // boot.sh
  hook_boot: [];
  boot_unit_text: [];
  leave_to_boot: [unit: Word, state_before: Word];
  start_at_boot: [unit: Word];
  // drive.sh
  make_run_folder: [run: Word];
  write_down: [name: Word, text: Word];
  note_why: [run: Word, which: 'stopped' | 'because', text?: Word];
  drive: [run: Word, which: 'stage' | 'commit' | 'confirm' | 'restore' | 'finish' | 'renew' | 'recover' | 'boot' | 'watch' | 'look' | 'view', tick_seconds: Word];
  // files.sh
  check_file: [path: Word, expected: Word, mode?: Word, uid_gid?: Word];
  look_at: [path: Word];
  begin_staging: [path: Word];
  why_not: [path: Word];
  make_place: [];
  owner_word: [owner: Word];
  finish_staging: [owner: Word, group: Word, mode: Word];
  keep_written: [];
  write_new: [path: Word];
  stage_file: [path: Word, owner: Word, group: Word, mode: Word];
  stage_line: [path: Word, line: Word, match: Word];
  line_is_so: [path: Word, line: Word, match: Word];
  commit_file: [path: Word];
  stage_removal: [path: Word];
  remove_file: [path: Word];
  verify_absent: [path: Word];
  verify_file: [path: Word, sha256: Word];
  give_label: [new: Word, path: Word, old?: Word];
  settle_label: [path: Word];
  // firewall.sh
  record_firewall: [record: Word, ...row: Word[]];
  held_by_another: [record: Word, row: Word];
  tell_firewall: [which: 'runtime' | 'permanent', ...word: Word[]];
  change_firewall: [which: 'add' | 'remove', record: Word, set: Word, zone: Word, ...entry: Word[]];
  rule_for_one: [port_protocol_address: Word];
  states_now: [];
  check_firewall: [record: Word, ...row: Word[]];
  verify_firewall: [record: Word, ...row: Word[]];
  verify_restored_firewall: [record: Word, ...row: Word[]];
  // folders.sh
  check_directory: [path: Word, expected: Word, uid_gid?: Word];
  make_directory: [path: Word, owner: Word, group: Word, mode: Word];
  make_missing: [];
  label_folder: [];
  verify_directory: [path: Word];
  restore_directory: [path: Word];
  remove_empty: [folder: Word, top: Word];
  leave_directory: [path: Word, top: Word];
  keep_directory: [];
  remove_left_directories: [];
  // full-folder.sh
  full_folder: [kb: Word];
  say_full_folder: [];
  // history.sh
  probe_history: [];
  probe_last_run: [];
  in_base64: [which: 'head' | 'tail', file: Word];
  probe_record: [run: Word, number: Word, limit?: Word];
  probe_change: [run: Word, number: Word, path: Word, limit: Word];
  probe_secret_lines: [];
  probe_parts: [run: Word, file: Word];
  end_run: [run: Word];
  processes_of_run: [];
  unlock_dead: [run: Word, seconds?: Word];
  // hung.sh
  end_hung: [pid: Word];
  // limits.sh
  limited: [function: Word, seconds: Word];
  end_by_term: [function: Word];
  tell_limit: [seconds: Word, worker: Word];
  start_limiter: [];
  count_seconds: [];
  forget_limiter: [];
  watch_limit: [];
  end_part: [];
  processes_of_part: [];
  // peers.sh
  is_in_group: [];
  seal_of: [text: Word];
  say: [which: 'committed' | 'confirmed' | 'finished' | 'restored'];
  say_restored: [];
  say_farewell: [];
  hear: [seconds: Word];
  hear_with_python: [python: Word, seconds: Word];
  hear_with_tcpdump: [seconds: Word];
  look_around: [];
  heard_old: [];
  heard_all: [];
  recover_in_group: [state: Word];
  have_others_stayed: [];
  look_at_network: [];
  adverts_of: [];
  // put-back.sh
  find_names: [];
  restore_file: [path: Word];
  undo_rename: [path: Word];
  leave_names: [];
  leave_all_names: [];
  // recover.sh
  boot_hooks_of: [home: Word];
  unhook_boot: [home: Word];
  is_roots_folder: [];
  write_states: [rows: Word];
  forget_states: [];
  drop_lock: [home: Word];
  format_of: [home: Word];
  is_whole: [file: Word];
  has_ended: [state: Word];
  outcome: [which: 'alive' | 'gone' | 'unknown'];
  recover_run: [run: Word];
  settle_run_of: [run: Word];
  wait_for_boot: [home: Word];
  salvage: [home: Word];
  // relay.sh
  send_rows: [number: Word, stream: Word];
  relay: [number: Word, script: Word];
  // selinux.sh
  check_labels: [...port_label_wanted: Word[]];
  check_booleans: [...name_active_kept_wanted: Word[]];
  label_ports: [otherwise: Word, ...port_label: Word[]];
  verify_labels: [...port_label: Word[]];
  restore_labels: [...port_label: Word[]];
  set_booleans: [...which: Word[]];
  verify_booleans: [...which: Word[]];
  restore_booleans: [...name_active_kept: Word[]];
  // server-states.sh
  states_to_keep: [];
  copy_before: [path: Word];
  files_before: [];
  runs_as_before: [];
  running_states: [];
  goes_by_file: [];
  all_read_file: [];
  carry_drained: [undone?: 'undone'];
  carried: [undone?: 'undone'];
  keep_states: [unit: Word, before?: Word];
  titles_to_drain: [];
  hand_states_over: [unit: Word, old_workers: Word];
  // staged.sh
  swap: [text: Word, other: Word];
  as_seen: [];
  names_staged: [file: Word];
  staged_copy: [path: Word];
  as_it_will_be: [path: Word];
  validate_file: [path: Word, command: Word];
  // system.sh
  check_packages_absent: [...name: Word[]];
  is_there: [name: Word];
  install_packages: [...name: Word[]];
  undo_packages: [];
  verify_packages: [...name: Word[]];
  check_sysctls: [...key_value: Word[]];
  save_sysctls: [...key: Word[]];
  set_sysctls: [...key_value: Word[]];
  verify_sysctls: [...word: Word[]];
  restore_sysctls: [];
  property: [name: Word, unit: Word];
  check_service: [unit: Word, active: Word, enabled: Word];
  save_service: [unit: Word, which: 'enable' | 'disable' | '-'];
  change_service: [unit: Word, which: 'enable' | 'disable' | '-', which3: 'start' | 'stop' | 'reload' | 'restart' | '-'];
  bring: [which: 'start' | 'stop' | 'reload' | 'restart', unit: Word, old_workers: Word];
  workers_of: [unit: Word];
  sum_for: [unit: Word];
  prove_reload: [unit: Word, old_workers: Word];
  comes_anew: [unit: Word, old_workers: Word];
  verify_service: [unit: Word, which: 'enable' | 'disable' | '-', which3: 'active' | 'inactive' | '-'];
  stays_active: [name: Word, unit: Word];
  restore_service: [unit: Word];
  in_shell: [script: Word];
  run_command: [script: Word];
  undo_command: [script: Word];
  // transaction.sh
  now: [];
  emit: [which: 'state' | 'start' | 'done' | 'undone' | 'warning' | 'failed' | 'locked' | 'refused' | 'abandoned' | 'because' | 'recovered' | 'boot', step: Word, detail: Word];
  uptime_now: [];
  link_to: [text: Word, name: Word];
  mark_time: [mark: Word];
  age_of: [mark: Word];
  settle: [...path: Word[]];
  settle_run: [];
  settle_renamed: [];
  set_state: [which: 'staging' | 'staged' | 'committing' | 'committed' | 'confirmed' | 'restoring' | 'finished' | 'restored' | 'broken'];
  state: [];
  begin: [];
  drifted: [...word: Word[]];
  still_needed: [];
  attempt: [...word: Word[]];
  note_command: [text: Word];
  part: [number: Word, part: Word];
  step_of: [number: Word, ...part: Word[]];
  look_again: [];
  reversed: [...word: Word[]];
  stage: [];
  commit: [];
  confirm: [];
  restore: [];
  finish: [];
  recover: [];
  newest_first: [];
  prune_runs: [];
  drop_run: [home: Word];
  renew: [];
  is_overdue: [];
  look: [];
  watch: [];
  start_watcher: [];
  take_lock: [];
  recover_other: [holder: Word];
  needs_state: [...which: ('none' | 'staging' | 'staged' | 'committing' | 'committed' | 'confirmed' | 'restoring' | 'finished' | 'restored' | 'broken')[]];
  main: [which: 'stage' | 'commit' | 'confirm' | 'restore' | 'finish' | 'renew' | 'recover' | 'boot' | 'watch' | 'look' | 'view'];
  // units.sh
  links_in: [...path: Word[]];
  put_links_back: [folder: Word];
  undo_disabling: [folder: Word];
  start_what_ran: [file: Word, so: Word];
  own_name: [unit: Word];
  boot_links: [];
  reread_links: [];
  life_of: [unit: Word];
  has_done_its_work: [unit: Word];
  reread_unit: [unit: Word];
  switch_unit: [which: 'enable' | 'disable', unit: Word];
  move_unit: [which: 'start' | 'stop' | 'reload' | 'restart' | 'reload-or-restart', unit: Word];
  forget_failures: [unit: Word];
  call_script: [verb: Word];
  // validators.sh
  haproxy_check: [file: Word];
  haproxy_check_with: [file: Word];
  check_haproxy_config: [seen_for_real: Word];
  haproxy_says: [...option: Word[]];
  keepalived_check: [file: Word];
  keepalived_says: [file: Word];
  complaints_in: [];
  complaints_now: [];
  keepalived_check_with: [file: Word];
  // view.sh
  validate_all: [];
  validate_each: [];
  view: [];
  build_view: [];
  lay_out: [folder: Word];
  put_in_place: [what: Word, place: Word];
  // wipe.sh
  mark_secret: [which: 'whole' | 'lines'];
  remember_lines: [];
  wipe: [...file: Word[]];
  keeps_secret: [step: Word];
  wipe_run: [home: Word];
  rewrite: [file: Word, function: Word, ...word: Word[]];
  words_left: [text: Word];
  parts_left: [number: Word];
  drop_program: [home: Word];
  purge_runs: [...run: Word[]];
}
