import { missingFunctions } from './calls';

/** The check that every script of every test goes through, on scripts that lack something. */

test.each<[string, string, string[]]>([
  ['has what it calls', 'is_alive() {\n  :\n}\nis_alive x', []],
  ['calls what is not there', 'is_alive x', ['is_alive']],
  ['calls it in a condition', 'if is_alive x; then :; fi', ['is_alive']],
  ['calls it in a substitution', 'a=$(is_alive x)', ['is_alive']],
  ['calls it in a substitution in quotes', 'a="x $(hash_of y)"', ['hash_of']],
  ['hands it on', 'each_address() { "$1"; }\neach_address say_own', ['say_own']],
  ['reaches it by another', 'end_run() {\n  is_alive "$home" || return 0\n}\nend_run x', ['is_alive']],
  ['does not reach it', 'end_run() {\n  is_alive "$home"\n}\n:', []],
  ['has it as a word of one line', 'fail "$x" || drifted', ['fail', 'drifted']],
  ['only speaks of it', "echo fail # is_alive\necho 'is_alive'\ncase x in fail) ;; is_alive) ;; esac", []],
  ['only has a variable of its name', 'own_cards=1; echo "$own_cards ${own_cards}"', []],
  ['only has it in a here-document', "cat <<'.'\nis_alive\n.\n", []],
])('a script that %s', (_, script, missing) => {
  expect(missingFunctions(script)).toEqual(missing);
});
