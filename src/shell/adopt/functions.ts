// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import namedFilesText from './named-files.sh';
import runningPairText from './running-pair.sh';

export const libraries = {
  'named-files': { text: namedFilesText, needs: ['probe'], functions: 'tell_row candidates_in tell_file_at tell_one_file tell_named_files tell_user' },
  'running-pair': { text: runningPairText, needs: ['probe', 'init', 'haproxy-files', 'loaded', 'on-disk', 'named-files', 'firewall-probe', 'selinux-probe', 'sysctl'], functions: 'adopt_host tell_disk tell_units tell_others tell_sysctls tell_firewall tell_selinux' },
} satisfies Record<string, Library>;

export interface Functions {
  // named-files.sh
  tell_row: [...word: Word[]];
  candidates_in: [round: Word, environment: Word, ...file: Word[]];
  tell_file_at: [path: Word, which?: 'file' | 'any'];
  tell_one_file: [path: Word];
  tell_named_files: [environment: Word, ...file: Word[]];
  tell_user: [name: Word];
  // running-pair.sh
  adopt_host: [];
  tell_disk: [];
  tell_units: [];
  tell_others: [];
  tell_sysctls: [];
  tell_firewall: [];
  tell_selinux: [];
}
