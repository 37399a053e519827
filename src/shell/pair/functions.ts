// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import certificatesText from './certificates.sh';
import drainFilesText from './drain-files.sh';
import drainedText from './drained.sh';
import execsText from './execs.sh';
import flagText from './flag.sh';
import journalText from './journal.sh';
import moreFactsText from './more-facts.sh';
import observeText from './observe.sh';
import runtimeText from './runtime.sh';
import statusText from './status.sh';
import untilLeftText from './until-left.sh';
import vipProbeHostText from './vip-probe-host.sh';
import whoAnswersText from './who-answers.sh';

export const libraries = {
  'certificates': { text: certificatesText, needs: ['probe', 'haproxy-files', 'runtime'], functions: 'tell_certificates named_certificates tell_certificates_at tell_certificate tell_loaded_certificates see_certificates' },
  'drain-files': { text: drainFilesText, needs: [], functions: 'is_roots_alone write_drain_files restore_drain_files' },
  'drained': { text: drainedText, needs: ['runtime', 'haproxy-words'], functions: 'drained_servers is_drained server_places called_in titles_in find_socket server_commands tell_worker set_servers lend_servers ready_servers rewrite_drained listed_with change_drained keep_drained give_back forget_drained tell_new_worker' },
  'execs': { text: execsText, needs: ['until-left'], functions: 'run_noted note_exec probe_execs' },
  'flag': { text: flagText, needs: ['drain-files', 'full-folder'], functions: 'take_over_levers raise_flag write_flag take_flag_down raise_run_flag take_run_flag_down' },
  'journal': { text: journalText, needs: ['probe'], functions: 'has_journal tell_clock tell_logged state_in_journal tell_messages inode_of tell_place follow_messages tell_lines part_of_file follow_journal' },
  'more-facts': { text: moreFactsText, needs: ['probe', 'boot-owed', 'init', 'selinux-probe', 'firewall-probe'], functions: 'tell_more_facts tell_firewalls tell_synchronized' },
  'observe': { text: observeText, needs: ['probe', 'init', 'haproxy-processes', 'runtime'], functions: 'ask_haproxy observe say_address observe_ports observe_drain observe_servers observe_old_sessions' },
  'runtime': { text: runtimeText, needs: ['haproxy-words', 'haproxy-processes'], functions: 'running_files haproxy_sockets find_first_socket sockets_in is_lost tell_lost_socket tell_admin_sockets tell_haproxy' },
  'status': { text: statusText, needs: ['probe', 'boot-owed', 'init', 'selinux-probe', 'haproxy-files', 'keepalived-reads', 'on-disk', 'haproxy-processes', 'observe', 'runtime'], functions: 'look_closely tell_foreign_files say_own ask_vips hear_neighbours say_neighbour own_cards look_at_units unit_state keepalived_log in_fault hear_keepalived keepalived_scripts drop_rules room_in' },
  'until-left': { text: untilLeftText, needs: [], functions: 'run_until_left end_session session_ends those_in_session' },
  'vip-probe-host': { text: vipProbeHostText, needs: [], functions: 'request take_turns probe_vips' },
  'who-answers': { text: whoAnswersText, needs: [], functions: 'who_answers' },
} satisfies Record<string, Library>;

export interface Functions {
  // certificates.sh
  tell_certificates: [];
  named_certificates: [...file: Word[]];
  tell_certificates_at: [path: Word];
  tell_certificate: [path: Word];
  tell_loaded_certificates: [];
  see_certificates: [...place_name: Word[]];
  // drain-files.sh
  is_roots_alone: [path: Word];
  write_drain_files: [folder: Word, ...path_content: Word[]];
  restore_drain_files: [folder: Word];
  // drained.sh
  drained_servers: [];
  is_drained: [server: Word];
  server_places: [disabled?: 'disabled', file?: Word];
  called_in: [places: Word, which: 'add' | 'remove' | 'carry', lines: Word];
  titles_in: [places: Word, lines: Word];
  find_socket: [];
  server_commands: [which: 'drain' | 'ready', ...server: Word[]];
  tell_worker: [commands: Word];
  set_servers: [which: 'drain' | 'ready', ...server: Word[]];
  lend_servers: [ready_script: Word, seconds: Word, ...server: Word[]];
  ready_servers: [...server: Word[]];
  rewrite_drained: [command: Word, ...word: Word[]];
  listed_with: [places: Word, which: 'add' | 'remove', lines: Word];
  change_drained: [which: 'add' | 'remove', ...line: Word[]];
  keep_drained: [...line: Word[]];
  give_back: [...line: Word[]];
  forget_drained: [];
  tell_new_worker: [old_workers: Word, commands: Word];
  // execs.sh
  run_noted: [command: Word, id: Word, about: Word];
  note_exec: [id: Word, event: Word, detail: Word];
  probe_execs: [];
  // flag.sh
  take_over_levers: [];
  raise_flag: [seconds_of_the_epoch: Word, owner: Word, ...path_content: Word[]];
  write_flag: [seconds_of_the_epoch: Word, owner: Word, ...path_content: Word[]];
  take_flag_down: [];
  raise_run_flag: [take_down_script: Word, seconds: Word, ...path_content: Word[]];
  take_run_flag_down: [];
  // journal.sh
  has_journal: [];
  tell_clock: [];
  tell_logged: [lines: Word, since: Word, ...unit: Word[]];
  state_in_journal: [unit: Word];
  tell_messages: [];
  inode_of: [file: Word];
  tell_place: [inode: Word, bytes: Word];
  follow_messages: [inode: Word, bytes: Word];
  tell_lines: [];
  part_of_file: [];
  follow_journal: [...word: Word[]];
  // more-facts.sh
  tell_more_facts: [];
  tell_firewalls: [];
  tell_synchronized: [];
  // observe.sh
  ask_haproxy: [port: Word, path: Word, login?: Word];
  observe: [asked: Word, ...unit: Word[]];
  say_address: [interface_name: Word, address_prefix: Word];
  observe_ports: [];
  observe_drain: [];
  observe_servers: [asked: Word];
  observe_old_sessions: [];
  // runtime.sh
  running_files: [];
  haproxy_sockets: [admin?: 'admin'];
  find_first_socket: [];
  sockets_in: [level: Word, file?: Word];
  is_lost: [socket: Word];
  tell_lost_socket: [...file: Word[]];
  tell_admin_sockets: [];
  tell_haproxy: [command: Word, socket?: Word];
  // status.sh
  look_closely: [asked: Word, units: Word, paths: Word, vips: Word, hosts: Word];
  tell_foreign_files: [pid: Word];
  say_own: [interface_name: Word, address_prefix: Word];
  ask_vips: [...address_port: Word[]];
  hear_neighbours: [vips: Word, hosts: Word];
  say_neighbour: [wanted: Word, address: Word, mac: Word];
  own_cards: [];
  look_at_units: [...unit: Word[]];
  unit_state: [unit: Word];
  keepalived_log: [];
  in_fault: [];
  hear_keepalived: [];
  keepalived_scripts: [];
  drop_rules: [];
  room_in: [...path: Word[]];
  // until-left.sh
  run_until_left: [command: Word];
  end_session: [leader: Word];
  session_ends: [leader: Word];
  those_in_session: [leader: Word];
  // vip-probe-host.sh
  request: [target: Word, address: Word, port: Word, limit: Word, request?: Word];
  take_turns: [first: Word, turn: Word, target: Word, address: Word, port: Word, limit: Word, request?: Word];
  probe_vips: [seconds: Word];
  // who-answers.sh
  who_answers: [...address: Word[]];
}
