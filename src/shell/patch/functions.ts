// Made by `npm run build` from the .sh files beside it.
import type { Library, Word } from '../library-file';
import rollText from './roll.sh';

export const libraries = {
  'roll': { text: rollText, needs: ['init'], functions: 'boot_mark probe_roll note_roll forget_roll boot_host' },
} satisfies Record<string, Library>;

export interface Functions {
  // roll.sh
  boot_mark: [];
  probe_roll: [];
  note_roll: [...row: Word[]];
  forget_roll: [roll: Word];
  boot_host: [];
}
