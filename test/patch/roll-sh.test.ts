import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { forgetScript, noteScript, type RollNote, readRoll, rollQuestion } from '../../src/patch/roll-note';
import { call, compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

/** What a host knows of a roll, and how it boots, through real shells. */

const note: RollNote = {
  roll: '20260102T030405Z-abcdef',
  serial: 7,
  begun: new Date('2026-01-02T03:04:05Z'),
  command: 'patch --packages haproxy,keepalived',
  owner: 'me@laptop',
  hosts: new Map([
    ['ethyl', { state: 'done', staysDrained: true, mark: '' }],
    ['fred', { state: 'booting', staysDrained: false, mark: 'aaa:17' }],
    ['lucy', { state: 'due', staysDrained: false, mark: '' }],
  ]),
};

/** As the kernel has it of the first process; the name may be anything. */
const firstProcess = (start: number) =>
  `1 (init (old) x) S 0 1 1 0 -1 4194560 21 22 23 24 25 26 27 28 20 0 1 0 ${start} 999 888\n`;

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.sysctls({ 'kernel.random.boot_id': 'aaa' });
    box.write('proc/1/stat', firstProcess(17));
  });
  afterEach(() => box.dispose());

  const ask = async () => readRoll((await box.ask([rollQuestion])).of('roll'));

  test('a host knows what was noted, and forgets it for the roll that wrote it only', async () => {
    expect(await ask()).toEqual({ mark: 'aaa:17' });
    expect(await box.send(noteScript(note))).toMatchObject({ code: 0, stderr: '' });
    expect(await ask()).toEqual({ mark: 'aaa:17', note });
    expect(await box.send(forgetScript('another'))).toMatchObject({ code: 0, stderr: '' });
    expect((await ask()).note).toEqual(note);
    expect(await box.send(forgetScript(note.roll))).toMatchObject({ code: 0, stderr: '' });
    expect((await ask()).note).toBeUndefined();
    expect(await box.send(forgetScript(note.roll))).toMatchObject({ code: 0, stderr: '' });
  });

  test('a machine that has booted has another kernel, a container only another first process', async () => {
    box.sysctls({ 'kernel.random.boot_id': 'bbb' });
    expect((await ask()).mark).toBe('bbb:17');
    box.write('proc/1/stat', firstProcess(1800));
    expect((await ask()).mark).toBe('bbb:1800');
  });

  test('a host without a word about its boots has a mark all the same', async () => {
    box.write('proc/1/stat', '');
    expect((await ask()).mark).toBe('aaa:-');
  });

  test('boots by systemd, and by shutdown where init scripts are', async () => {
    box.fake('systemctl', 'reboot) ;;');
    box.fake('shutdown', '"-r now") ;;');
    expect(await box.send(compose(call('boot_host')))).toMatchObject({ code: 0, stderr: '' });
    expect(box.calls()).toEqual(['systemctl reboot']);
    box.becomeEl6();
    expect(await box.send(compose(call('boot_host')))).toMatchObject({ code: 0, stderr: '' });
    expect(box.calls()).toEqual(['systemctl reboot', 'shutdown -r now']);
    expect(existsSync(join(box.host, '../unexpected'))).toBe(false);
  });
});
