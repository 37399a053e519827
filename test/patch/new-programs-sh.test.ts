import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Shell, shells } from '../shell/sandbox';
import { failureOf, PatchedBox, type Resolver, steps, stepsOf } from './patched-box';

/** The new programs read the configuration before they are installed. */

let box: PatchedBox;
afterEach(() => box.dispose());

type Unpacker = 'cpio' | 'rpm2archive' | 'rpm';

/** Those that the host lacks are in the order in which they are looked for. */
function unpacksBy(unpacker: Unpacker): void {
  const archive = `tar -czf - -C ${join(box.memory, 'payload')} .`;
  if (unpacker !== 'cpio') box.lack('cpio');
  if (unpacker === 'rpm') box.lack('rpm2archive');
  // glibc is refused: no program of the host's would run with another loader.
  box.fake('rpm2cpio', `*/haproxy-9-1.x86_64.rpm | */keepalived-9-1.x86_64.rpm) ${archive} ;;`);
  box.fake('cpio', '"-idm --quiet") exec tar -xzf - ;;');
  box.fake(
    'rpm2archive',
    `-) read -r name; case $name in haproxy | keepalived) ${archive} ;; *) exit 1 ;; esac ;;`,
  );
}

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  /** The new package has `text` as its program. */
  function brings(
    program: string,
    text: string,
    {
      version = '2.2.8',
      mode = 0o755,
      name = program,
      resolver = 'dnf' as Resolver,
      unpacker = 'rpm2archive' as Unpacker,
    } = {},
  ): void {
    box = new PatchedBox(shell, resolver, [`${program} x86_64 1-1`], [`${program} x86_64 9-1`]);
    const folder = join(box.memory, 'payload/usr/sbin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      join(folder, name),
      `#!/bin/sh\ncase $1 in -v | --version) echo "Keepalived v${version} (11/26,2026)" >&2; exit ;; esac\n${text}\n`,
      { mode },
    );
    unpacksBy(unpacker);
    // Which files HAProxy reads stands on its unit's command line.
    box.fake(
      'systemctl',
      `"list-jobs --no-legend") ;;
"show -p Environment -p EnvironmentFiles -p ExecStart haproxy.service") printf 'ExecStart={ path=/usr/sbin/haproxy ; argv[]=/usr/sbin/haproxy -f ${box.path('etc/haproxy/haproxy.cfg')} ; }\\n' ;;
"show -p Environment -p EnvironmentFiles -p ExecStart "*) ;;`,
    );
    for (const old of ['haproxy', 'keepalived'])
      box.fake(old, `-v) ;;\n"-c -f "*) ;;\n"-t -f "*) echo "(Line 3) an old complaint" >&2; exit 5 ;;`);
    box.write('etc/haproxy/haproxy.cfg', 'global\n');
    box.write('etc/keepalived/keepalived.conf', 'vrrp_instance x {\n}\n');
  }
  const go = (program: string) => box.stage(steps([program, 'x86_64', '1-1', '9-1']));

  const refuses = 'echo "[ALERT] (1) : config : unknown keyword in $3" >&2; exit 1';
  async function isRefused(): Promise<void> {
    const { code, journal } = await go('haproxy');
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      [
        'validate',
        expect.stringMatching(
          /^\[ALERT\] \(1\) : config : unknown keyword in .*haproxy\.cfg\nthe new haproxy refuses the configuration of this host \(exit code 1\), so that it is not installed$/,
        ),
      ],
    ]);
    expect(box.updatesMade).toEqual([]);
    expect(box.installed).toEqual(['haproxy x86_64 1-1']);
  }

  test.each(['cpio', 'rpm2archive', 'rpm'] as const)(
    'an HAProxy that refuses it is not installed; unpacked by %s',
    async (unpacker) => {
      brings('haproxy', refuses, { unpacker });
      await isRefused();
    },
  );

  test('of a patch with --security, the program of the security update is tried', async () => {
    brings('haproxy', refuses);
    const wish = { packages: [], isSecurity: true };
    expect((await box.stage(stepsOf(wish, [['haproxy', 'x86_64', '1-1', '9-1']]))).code).toBe(1);
    const fetched = box.calls().filter((call) => call.includes('--downloadonly'));
    expect(fetched).toEqual([expect.stringMatching(/ update --security haproxy$/)]);
  });

  test('EL6: yum downloads into its cache only', async () => {
    brings('haproxy', refuses, { resolver: 'yum' });
    box.put('no-download');
    box.write('var/cache/yum/x86_64/6/newer/packages/haproxy-9-1.x86_64.rpm', 'haproxy\n');
    await isRefused();
  });

  test('an HAProxy that takes it with a warning: the warning is told', async () => {
    brings('haproxy', 'echo "[WARNING] (1) : config : old word" >&2');
    await warns('haproxy', /^\[WARNING\] \(1\) : config : old word\n$/);
  });

  test('a keepalived that complains of what the old one complained of', async () => {
    brings('keepalived', 'echo "(Line 4) an old complaint" >&2; exit 5');
    expect(await go('keepalived')).toMatchObject({ code: 0 });
  });

  test.each([
    ['of something else', 'echo "(Line 4) a new complaint" >&2; exit 5', 5],
    ['so that it would not run', 'echo "Unknown keyword" >&2; exit 4', 4],
  ])('a keepalived that complains %s', async (_what, text, exit) => {
    brings('keepalived', text);
    const { code, journal } = await go('keepalived');
    expect(code).toBe(1);
    expect(failureOf(journal)).toEqual([
      [
        'validate',
        expect.stringContaining(
          `the new keepalived refuses the configuration of this host (exit code ${exit})`,
        ),
      ],
    ]);
  });

  describe('nobody takes it for tried', () => {
    test('a keepalived that reads no configuration when it is told to check one', async () => {
      brings('keepalived', 'exit 0', { version: '1.3.5' });
      await warns(
        'keepalived',
        /^warning: it cannot check a configuration, as keepalived can since 2\.0\.4, so it was not tried\n$/,
      );
    });

    test.each(['haproxy', 'keepalived'])(
      'a %s that may not be executed where it is, although the old one may',
      async (program) => {
        brings(program, 'exit 1', { mode: 0o644 });
        await warns(
          program,
          /^it was not tried, since it may not be executed before it is installed, as on a disk that is mounted noexec: .*root\/usr\/sbin\/.*: Permission denied\n$/,
        );
      },
    );

    test('a package without the program', async () => {
      brings('haproxy', 'exit 1', { name: 'haproxy-3.2' });
      await warns('haproxy', /^it was not tried, since its packages have no program of that name\n$/);
    });
  });

  async function warns(program: string, says: RegExp): Promise<void> {
    const { code, journal } = await go(program);
    expect({ code, failed: failureOf(journal) }).toEqual({ code: 0, failed: [] });
    const warnings = journal.flatMap((entry) => (entry.event === 'warning' ? [entry.text] : []));
    expect(warnings).toEqual([
      expect.stringMatching(new RegExp(says.source.replace('^', `^the new ${program}: `))),
    ]);
  }
});
