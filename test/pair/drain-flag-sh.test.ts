import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readWatched, watchedScript } from '../../src/pair/drain-flag';
import { call, compose } from '../../src/shell/library';
import { Sandbox, type Shell, shells } from '../shell/sandbox';

const script = (command: string) => `vrrp_script mine {\n script "${command}"\n}\n`;

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox(shell);
    box.fake('systemctl', '"show -p Environment -p EnvironmentFiles -p ExecStart keepalived.service") ;;');
  });
  afterEach(() => box.dispose());

  test('the scripts on the host that look at the flag are found, and what is included is read', async () => {
    const check = box.write('/opt/check', '#!/bin/sh\n# caf\u00e9\n[ ! -e /srv/standby ]\n');
    const program = box.write('/opt/program', '\x7fELF');
    box.write('/etc/keepalived/keepalived.conf', `include conf.d/*.conf\n${script(`${check} -v`)}`);
    box.write(
      '/etc/keepalived/conf.d/more.conf',
      `vrrp_script two {\n script ${program}\n}\nvrrp_instance web {\n}\n`,
    );
    const watched = readWatched(await box.probe(watchedScript));
    expect([...(watched?.scripts.keys() ?? [])]).toEqual([check]);
    expect(watched?.scripts.get(check)).toContain('/srv/standby');
    expect(watched?.isWhole).toBe(true);
    expect(watched?.inMemory.every((path) => path.startsWith('/'))).toBe(true);
    expect(watched?.inMemory).toContain('/dev/shm');
    expect(watched?.configuration.scripts.map(({ name }) => name)).toEqual(['two', 'mine']);
    expect(watched?.configuration.instances.map(({ name }) => name)).toEqual(['web']);
  });

  test('nothing is said of a host without keepalived.conf', async () => {
    expect(readWatched(await box.probe(watchedScript))).toBeUndefined();
  });

  const run = (...rows: string[]) => box.send(compose(...rows));
  const content = (path: string) => readFileSync(path, 'utf8');

  test('drain files are written, told twice as once, and put back as they were', async () => {
    const weight = box.write('/etc/keepalived/weight', '5\n');
    const absent = join(weight, '../standby');
    const folder = join(weight, '../kept');
    const pull = call('write_drain_files', folder, weight, '-200', absent, 'drained by haprov');
    expect(await run(pull, pull)).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect([content(weight), content(absent)]).toEqual(['-200\n', 'drained by haprov\n']);
    expect(await run(call('restore_drain_files', folder))).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect(content(weight)).toBe('5\n');
    expect(() => statSync(absent)).toThrow('ENOENT');
    expect(() => statSync(folder)).toThrow('ENOENT');
    expect(await run(call('restore_drain_files', folder))).toMatchObject({ code: 0, stdout: '', stderr: '' });
  });

  test('who has written something else meanwhile keeps that', async () => {
    const weight = box.write('/etc/keepalived/weight', '5\n');
    const folder = join(weight, '../kept');
    await run(call('write_drain_files', folder, weight, '-200'));
    box.write('/etc/keepalived/weight', '7\n');
    expect(await run(call('restore_drain_files', folder))).toMatchObject({ code: 0 });
    expect(content(weight)).toBe('7\n');
  });

  test('one that somebody beside root could put a link in the place of is not written', async () => {
    const weight = box.write('/etc/keepalived/weight', '5\n');
    const result = await run(
      `chmod 777 ${join(weight, '..')}`,
      call('write_drain_files', join(weight, '../../kept'), weight, '-200'),
    );
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('can put a link') });
    expect(content(weight)).toBe('5\n');
  });
});
