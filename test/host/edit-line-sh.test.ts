import { compose } from '../../src/shell/library';
import { Sandbox, shells } from '../shell/sandbox';

let box: Sandbox;
afterEach(() => box.dispose());

test.each(shells.map((shell) => [shell.join(' '), shell] as const))(
  '%s: a line that may be secret is in no process’s environment',
  async (_, shell) => {
    box = new Sandbox(shell);
    const path = box.write('a', 'one\ntoken=old\n5.0\ntwo');
    const edit = (words: string) => box.probe(compose(`edit_line ${words}`));
    expect(await edit(`'${path}' 'token=a\\b&"c d' '^token='`)).toBe('one\ntoken=a\\b&"c d\n5.0\ntwo');
    expect(await edit(`'${path}' 5 ''`)).toBe('one\ntoken=old\n5.0\ntwo\n5');
    expect(await edit(`- x '^o' <'${path}'`)).toBe('x\ntoken=old\n5.0\ntwo');
    expect(compose(`edit_line a b c`)).not.toMatch(/\bLINE=|ENVIRON\["LINE"\]/);
  },
);
