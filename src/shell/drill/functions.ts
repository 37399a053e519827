// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import askText from './ask.sh';
import faultsText from './faults.sh';
import linkText from './link.sh';
import watchText from './watch.sh';

export const libraries = {
  'ask': { text: askText, needs: ['init', 'link'], functions: 'tell_link restart_of unit_on marks_of' },
  'faults': { text: faultsText, needs: ['probe', 'init', 'haproxy-processes', 'units', 'transaction', 'system', 'loaded', 'link', 'drain-files'], functions: 'mark begin_fault signal_unit has_died start_again came_back kill_unit kill_unit_at_once hang_unit wake_unit stop_unit set_drain drop_drain nft_mend iptables_rules is_cut cut_link mend_link' },
  'link': { text: linkText, needs: ['probe'], functions: 'link_tool nft_cut' },
  'watch': { text: watchText, needs: [], functions: 'watch_addresses' },
} satisfies Record<string, Library>;

export interface Functions {
  // ask.sh
  tell_link: [];
  restart_of: [unit: Word];
  unit_on: [port: Word];
  marks_of: [run: Word];
  // faults.sh
  mark: [name: Word];
  begin_fault: [];
  signal_unit: [signal: Word, unit: Word];
  has_died: [pid: Word];
  start_again: [unit: Word];
  came_back: [unit: Word];
  kill_unit: [unit: Word];
  kill_unit_at_once: [unit: Word];
  hang_unit: [unit: Word];
  wake_unit: [unit: Word];
  stop_unit: [unit: Word];
  set_drain: [...path_content: Word[]];
  drop_drain: [];
  nft_mend: [];
  iptables_rules: [verb: Word];
  is_cut: [];
  cut_link: [seconds: Word];
  mend_link: [];
  // link.sh
  link_tool: [];
  nft_cut: [];
  // watch.sh
  watch_addresses: [pause: Word, seconds: Word, ...address: Word[]];
}
