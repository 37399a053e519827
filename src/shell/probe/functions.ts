// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import bootOwedText from './boot-owed.sh';
import factsText from './facts.sh';
import firewallProbeText from './firewall-probe.sh';
import haproxyFilesText from './haproxy-files.sh';
import haproxyProcessesText from './haproxy-processes.sh';
import haproxyWordsText from './haproxy-words.sh';
import initText from './init.sh';
import keepalivedReadsText from './keepalived-reads.sh';
import labelsText from './labels.sh';
import listenText from './listen.sh';
import loadedText from './loaded.sh';
import onDiskText from './on-disk.sh';
import pathsText from './paths.sh';
import probeText from './probe.sh';
import selinuxProbeText from './selinux-probe.sh';
import servingText from './serving.sh';
import sysctlText from './sysctl.sh';

export const libraries = {
  'boot-owed': { text: bootOwedText, needs: ['probe', 'on-disk'], functions: 'list_boot_packages know_boot_packages read_boot tell_boot_owed' },
  'facts': { text: factsText, needs: ['probe', 'init'], functions: 'probe_lock tell_waits tell_address probe_facts probe_roll probe_release' },
  'firewall-probe': { text: firewallProbeText, needs: ['probe', 'init'], functions: 'firewall_runs firewall_rows firewall_states zones_of interface_of firewall_holders probe_firewall' },
  'haproxy-files': { text: haproxyFilesText, needs: ['probe', 'init'], functions: 'haproxy_unit_files unit_environment show_command unit_words know_keepalived can_check_keepalived test_keepalived haproxy_files tell_haproxy_file know_haproxy_files check_haproxy_files' },
  'haproxy-processes': { text: haproxyProcessesText, needs: [], functions: 'haproxy_processes pids_of' },
  'haproxy-words': { text: haproxyWordsText, needs: [], functions: 'read_lines cut_lines' },
  'init': { text: initText, needs: ['probe'], functions: 'unit_name init_system has_systemd know_units is_known probe_service tell_known_names show_unit unit_with_alias active_states states_yet is_active enabled_state running_services skipped_services unit_report sysctl_place boot_sysctls script_of' },
  'keepalived-reads': { text: keepalivedReadsText, needs: ['haproxy-files'], functions: 'keepalived_files find_keepalived_files files_named_in know_keepalived_files tell_keepalived_files keepalived_texts keepalived_reads keepalived_lacks' },
  'labels': { text: labelsText, needs: ['probe', 'selinux-probe'], functions: 'labels_count know_labels known_of label_of wanted_label type_of is_customizable keeps_labels judge_label tell_label verify_label' },
  'listen': { text: listenText, needs: ['probe', 'init'], functions: 'interface_to any_python listen_for_vrrp listen_with_python listen_with_tcpdump' },
  'loaded': { text: loadedText, needs: ['haproxy-files', 'haproxy-processes'], functions: 'with_configuration sum_of_configuration newest_haproxy note_loaded compare_loaded' },
  'on-disk': { text: onDiskText, needs: ['probe', 'haproxy-files', 'keepalived-reads', 'loaded'], functions: 'read_clock look_at_configuration is_unwritten has_read_all name_nothing_else look_at_keepalived' },
  'paths': { text: pathsText, needs: ['probe', 'labels'], functions: 'walk is_sound judge judge_one each_row sharer_of enter content sum_of know_files know_folders about_known_file read_about probe_file probe_shared_file tell_file probe_place number_of tell_absent split_owners name_owners probe_directory probe_line' },
  'probe': { text: probeText, needs: [], functions: 'have fail quietly note_command hash_of edit_line has_line_only each_address know_addresses interface_with know_packages is_known_package are_known_packages probe_packages is_alive is_read_only roll_at_work' },
  'selinux-probe': { text: selinuxProbeText, needs: ['probe'], functions: 'selinux_is_on selinux_store local_label policy_label active_boolean kept_boolean probe_selinux allows_otherwise denials_since' },
  'serving': { text: servingText, needs: ['probe', 'init'], functions: 'who_listens' },
  'sysctl': { text: sysctlText, needs: ['init', 'paths'], functions: 'path_of_sysctl probe_sysctls probe_sysctl_file' },
} satisfies Record<string, Library>;

export interface Functions {
  // boot-owed.sh
  list_boot_packages: [];
  know_boot_packages: [...name: Word[]];
  read_boot: [];
  tell_boot_owed: [];
  // facts.sh
  probe_lock: [];
  tell_waits: [home: Word, state: Word];
  tell_address: [interface_name: Word, address_prefix: Word];
  probe_facts: [];
  probe_roll: [];
  probe_release: [];
  // firewall-probe.sh
  firewall_runs: [];
  firewall_rows: [which: 'runtime' | 'permanent'];
  firewall_states: [rows: Word];
  zones_of: [rows: Word, ...address: Word[]];
  interface_of: [address: Word];
  firewall_holders: [];
  probe_firewall: [record: Word, zone: Word, addresses: Word, ...entry: Word[]];
  // haproxy-files.sh
  haproxy_unit_files: [];
  unit_environment: [unit: Word];
  show_command: [unit: Word];
  unit_words: [unit: Word, option?: Word];
  know_keepalived: [];
  can_check_keepalived: [];
  test_keepalived: [file: Word, word?: Word];
  haproxy_files: [function?: Word];
  tell_haproxy_file: [file: Word, function?: Word];
  know_haproxy_files: [];
  check_haproxy_files: [];
  // haproxy-processes.sh
  haproxy_processes: [];
  pids_of: [unit: Word];
  // haproxy-words.sh
  read_lines: [program: Word, name_value?: Word, file?: Word];
  cut_lines: [file?: Word];
  // init.sh
  unit_name: [unit: Word];
  init_system: [];
  has_systemd: [];
  know_units: [...unit: Word[]];
  is_known: [unit: Word];
  probe_service: [unit: Word];
  tell_known_names: [];
  show_unit: [unit: Word];
  unit_with_alias: [unit: Word];
  active_states: [...unit: Word[]];
  states_yet: [...unit: Word[]];
  is_active: [unit: Word];
  enabled_state: [unit: Word];
  running_services: [];
  skipped_services: [];
  unit_report: [unit: Word];
  sysctl_place: [path: Word];
  boot_sysctls: [];
  script_of: [unit: Word];
  // keepalived-reads.sh
  keepalived_files: [];
  find_keepalived_files: [pattern?: Word];
  files_named_in: [...file: Word[]];
  know_keepalived_files: [];
  tell_keepalived_files: [...file: Word[]];
  keepalived_texts: [main: Word, pattern?: Word];
  keepalived_reads: [];
  keepalived_lacks: [];
  // labels.sh
  labels_count: [];
  know_labels: [...path: Word[]];
  known_of: [path: Word, rows: Word];
  label_of: [path: Word];
  wanted_label: [path: Word];
  type_of: [label: Word];
  is_customizable: [type: Word];
  keeps_labels: [path: Word];
  judge_label: [path: Word, where_it_stands?: Word];
  tell_label: [path: Word];
  verify_label: [path: Word, where_it_stands?: Word];
  // listen.sh
  interface_to: [address: Word];
  any_python: [];
  listen_for_vrrp: [seconds: Word, ...vip: Word[]];
  listen_with_python: [python: Word, seconds: Word, ...address_interface: Word[]];
  listen_with_tcpdump: [seconds: Word, ...address_interface: Word[]];
  // loaded.sh
  with_configuration: [command: Word, ...word: Word[]];
  sum_of_configuration: [];
  newest_haproxy: [];
  note_loaded: [sum_before_it_came_up: Word];
  compare_loaded: [ticks_of_newest_process: Word];
  // on-disk.sh
  read_clock: [];
  look_at_configuration: [ticks_of_newest_process: Word, ticks_of_its_units?: Word, pid?: Word];
  is_unwritten: [hundredths_of_seconds: Word];
  has_read_all: [ticks: Word, pid: Word];
  name_nothing_else: [];
  look_at_keepalived: [];
  // paths.sh
  walk: [path: Word];
  is_sound: [folder: Word];
  judge: [...folder: Word[]];
  judge_one: [uid: Word, user: Word, group: Word, mode: Word, kind: Word];
  each_row: [rows: Word, function: Word];
  sharer_of: [uid: Word, user: Word, group: Word, mode: Word];
  enter: [folder: Word];
  content: [target: Word];
  sum_of: [target: Word];
  know_files: [mark: Word, limit: Word, ...path: Word[]];
  know_folders: [...path: Word[]];
  about_known_file: [path: Word];
  read_about: [row: Word];
  probe_file: [path: Word, limit: Word, owner?: Word, group?: Word];
  probe_shared_file: [limit: Word];
  tell_file: [];
  probe_place: [path: Word, owner: Word, group: Word];
  number_of: [which: 'user' | 'group', name: Word];
  tell_absent: [];
  split_owners: [uid_user: Word, gid_group: Word, mode: Word];
  name_owners: [uid_user: Word, gid_group: Word, mode: Word];
  probe_directory: [path: Word, owner?: Word, group?: Word];
  probe_line: [path: Word, line: Word, match: Word];
  // probe.sh
  have: [program: Word];
  fail: [...word: Word[]];
  quietly: [script: Word];
  note_command: [text: Word];
  hash_of: [];
  edit_line: [which: Word, line: Word, match: Word];
  has_line_only: [path: Word, line: Word, match: Word, size: Word];
  each_address: [function: Word];
  know_addresses: [];
  interface_with: [address: Word];
  know_packages: [...name: Word[]];
  is_known_package: [name: Word];
  are_known_packages: [...name: Word[]];
  probe_packages: [...name: Word[]];
  is_alive: [home: Word];
  is_read_only: [folder: Word];
  roll_at_work: [];
  // selinux-probe.sh
  selinux_is_on: [];
  selinux_store: [];
  local_label: [port_protocol: Word];
  policy_label: [port_protocol: Word];
  active_boolean: [name: Word];
  kept_boolean: [name: Word];
  probe_selinux: [otherwise: Word, ports: Word, ...boolean: Word[]];
  allows_otherwise: [boolean: Word];
  denials_since: [seconds_since_1970: Word];
  // serving.sh
  who_listens: [];
  // sysctl.sh
  path_of_sysctl: [key: Word];
  probe_sysctls: [...key: Word[]];
  probe_sysctl_file: [path: Word, limit: Word];
}
