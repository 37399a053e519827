import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync } from 'node:fs';
import { readFacts } from '../../src/host/facts';
import { buildProbe } from '../../src/host/probe';
import { command, quote } from '../../src/shell/quote';
import { awks, Sandbox, type Shell, shells } from '../shell/sandbox';
import fc from '../support/property';

let box: Sandbox;
afterEach(() => box.dispose());

describe.each(shells.map((shell): [string, Shell] => [shell.join(' '), shell]))('%s', (_, shell) => {
  beforeEach(() => {
    box = new Sandbox(shell);
  });

  test('a file: owner, mode, size, hash, and its content to the byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_unused, byte) => byte));
    const path = box.write("a b/it's $x", bytes, 0o640);
    const [head = '', ...rest] = (await box.probe(`probe_file ${quote(path)} 1000`)).split('\n');
    expect(head).toMatch(/^file \S+ \S+ 640 256 -$/);
    expect(Buffer.from(rest.join(''), 'base64').equals(bytes)).toBe(true);
  });

  test.each([
    [10, true],
    [9, false],
  ])('ten bytes under a limit of %d: content %s', async (limit, sent) => {
    const path = box.write('a', '0123456789');
    expect((await box.probe(`probe_file ${path} ${limit}`)).split('\n')).toHaveLength(sent ? 2 : 1);
  });

  test('other names of a file, without the one that a run gives it until it ends', async () => {
    const path = box.write('a', '0123456789');
    const names = async () =>
      (await box.probe(`probe_file ${path} 9`)).split('\n').filter((row) => /^names/.test(row));
    linkSync(path, box.path('.a.haprov-20260102T030405Z-abcdef.old'));
    expect(await names()).toEqual([]);
    linkSync(path, box.path('b'));
    expect(await names()).toEqual(['names=2']);
  });

  test('what is no file', async () => {
    mkdirSync(box.path('d'));
    symlinkSync('nowhere', box.path('dangling'));
    symlinkSync('loop', box.path('loop'));
    const ask = (name: string) =>
      box.probe(`probe_file ${box.path(name)} 9; probe_directory ${box.path(name)}`);
    expect(await ask('nothing')).toBe('absent\nabsent');
    expect(await ask('d')).toMatch(/^other a directory\ndirectory \S+ \S+ 755$/);
    const dangling = `real=${box.path('nowhere')}\nother a symbolic link to ${box.path('nowhere')}, where nothing is`;
    expect(await ask('dangling')).toBe(`${dangling}\n${dangling}`);
    const loop = 'refused a symbolic link that leads in a circle';
    expect(await ask('loop')).toBe(`${loop}\n${loop}`);
    expect(await ask('d/below/it')).toBe('absent\nabsent');
  });

  test('kernel parameters: tuples, a dot in a name, a key that is not there', async () => {
    box.sysctls({ 'net.ipv4.tcp_rmem': '1\t2\t3', 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.eth0': '7' });
    expect(await box.probe('probe_sysctls net.ipv4.tcp_rmem net.ipv4.ip_forward no.such')).toBe(
      'net.ipv4.tcp_rmem=1 2 3\nnet.ipv4.ip_forward=0\nno.such=-',
    );
  });

  describe('packages', () => {
    const rpm = (installed: Record<string, string[]>) => {
      const all = Object.entries(installed).map(
        ([name, versions]) => `${name}) ${versions.map((version) => `row ${name} ${version}`).join('; ')} ;;`,
      );
      // rpm itself turns the format's \t and \n into what they mean.
      box.fake(
        'rpm',
        `"-q --qf "*) format=$3; shift 3; code=0
          row() { printf '%b' "$(printf %s. "$format" | sed "s/%{NAME}/$1/;s/%{VERSION}-%{RELEASE}/$2/")" | sed 's/\\.$//'; }
          for name; do case $name in ${all.join('\n')} *) echo "package $name is not installed"; code=1 ;; esac; done
          exit $code ;;
        "-q --whatprovides --qf %{NAME}-%{VERSION}-%{RELEASE}  httpd-mmn") printf 'httpd-2.4-1 ' ;;
        "-q --whatprovides --qf "*) echo "no package provides $5"; exit 1 ;;`,
      );
    };

    test('what another package provides is there', async () => {
      rpm({ a: ['1-1'] });
      expect(await box.probe('probe_packages a httpd-mmn nosuch')).toBe(
        'a\t1-1\nhttpd-mmn\thttpd-2.4-1\nnosuch\t-',
      );
    });

    test('all there: rpm is asked once', async () => {
      rpm({ a: ['1-1'], b: ['2-2'] });
      expect(await box.probe('probe_packages a b')).toBe('a\t1-1\nb\t2-2');
      expect(box.calls()).toHaveLength(1);
    });

    test('one is missing, which rpm says on stdout', async () => {
      rpm({ a: ['1-1'] });
      expect(await box.probe('probe_packages nosuch a')).toBe('nosuch\t-\na\t1-1');
    });

    test('a kernel is installed in several versions', async () => {
      rpm({ kernel: ['5-1', '5-2'], a: ['1-1'] });
      expect(await box.probe('probe_packages kernel a')).toBe('kernel\t5-1 5-2\na\t1-1');
    });
  });

  test('units are asked for by their full name', async () => {
    box.fake(
      'systemctl',
      '"show -p LoadState -p ActiveState -p SubState -p UnitFileState -- "*) echo "LoadState=${11}" ;;',
    );
    expect(await box.probe('probe_service web; probe_service x.socket; probe_service a@b')).toBe(
      'LoadState=web.service\nLoadState=x.socket\nLoadState=a@b.service',
    );
  });

  test('guards are heard by their exit code only, and cannot end or change the probe', async () => {
    const guard = quote('cd /; exit 1; echo noise');
    expect(
      await box.probe(`quietly ${guard} || echo no; quietly 'x=1; :' && echo yes; echo "\${x-unset}"`),
    ).toBe('no\nyes\nunset');
  });

  describe('facts can be read whatever else this machine is', () => {
    const versions = (rows: string) =>
      box.fake('rpm', `"-q --qf installed=%{NAME} %{VERSION}\\n haproxy keepalived") printf '${rows}' ;;`);

    test('of a host with os-release and systemd', async () => {
      versions('installed=haproxy 2.4.22\\npackage keepalived is not installed\\n');
      box.write(
        'etc/os-release',
        'ID="rocky"\nID_LIKE="rhel"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"\n',
      );
      box.write('etc/redhat-release', 'Rocky Linux release 9.4 (Blue Onyx)\n');
      const facts = readFacts(await box.probe('probe_facts'));
      expect(facts).toMatchObject({
        uid: process.getuid?.(),
        os: { id: 'rocky', major: 9, name: 'Rocky Linux 9.4' },
        init: 'systemd',
        installer: 'yum',
        missing: expect.any(Array),
        versions: { haproxy: '2.4.22', keepalived: '2.2.8' },
      });
      expect(facts.hostname).not.toBe('');
    });

    test('of an EL6: its own release file before the one it took over', async () => {
      versions('package haproxy is not installed\\npackage keepalived is not installed\\n');
      box.becomeEl6();
      box.write('etc/redhat-release', 'Red Hat Enterprise Linux Server release 6.10 (Santiago)\n');
      box.write('etc/oracle-release', 'Oracle Linux Server release 6.10');
      expect(readFacts(await box.probe('probe_facts'))).toMatchObject({
        os: { id: 'ol', major: 6, name: 'Oracle Linux Server release 6.10' },
        init: 'sysv',
        versions: { haproxy: '1.5', keepalived: '1.2.13' },
      });
    });
  });

  test('many answers, each whatever bytes a program may print', async () => {
    const mark = '@0123456789abcdef01';
    const row = fc.constantFrom(
      '',
      '=',
      '@',
      '@ end 0',
      '@0123 1',
      `${mark.slice(0, -1)} done`,
      'a\tb',
      "it's",
      '\\n',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.array(row), fc.boolean()), { maxLength: 20 }),
        async (outputs) => {
          const texts = outputs.map(([rows, newline]) => rows.join('\n') + (newline ? '\n' : ''));
          const probe = buildProbe(
            texts.map((text, id) => ({
              id: `${id}`,
              script: `printf %s ${quote(text)}; exit ${id % 3}`,
              mayFail: true,
            })),
            mark,
          );
          const [program, ...args] = shell;
          const answers = probe.read(execFileSync(program, args, { input: probe.script, encoding: 'utf8' }));
          // A final newline may be there or not, as in $( … ).
          texts.forEach((text, id) => {
            if (id % 3 === 0) expect(answers.of(`${id}`)).toBe(text.replace(/\n$/, ''));
            else expect(() => answers.of(`${id}`)).toThrow(`(exit code ${id % 3})`);
          });
        },
      ),
      { numRuns: 8 },
    );
  });

  test('a script that fails is no answer, unless its reader says that it may', () => {
    const read = (mayFail: boolean) => {
      const failing = { id: 'b', script: 'echo half; false', mayFail };
      const probe = buildProbe([{ id: 'a', script: 'echo a' }, failing, { id: 'c', script: 'echo c' }]);
      const [program, ...args] = shell;
      return probe.read(execFileSync(program, args, { input: probe.script, encoding: 'utf8' }));
    };
    const why = 'b could not be read on the host (exit code 1)';
    expect(() => read(false)).toThrow(why);
    const answers = read(true);
    expect([answers.of('a'), answers.find('c'), answers.find('d')]).toEqual(['a', 'c', undefined]);
    expect(() => answers.of('b')).toThrow(why);
    expect(() => answers.find('b')).toThrow(why);
    expect(() => answers.of('d')).toThrow('d could not be read');
  });

  test('a probe that was cut off is no answer', () => {
    const probe = buildProbe([{ id: 'a', script: 'echo a' }]);
    const [program, ...args] = shell;
    const stdout = execFileSync(program, args, { input: probe.script, encoding: 'utf8' });
    for (let end = 0; end < stdout.length - 'done\n'.length; end += 1)
      expect(() => probe.read(stdout.slice(0, end))).toThrow('did not run to its end');
  });
});

describe.each(awks)('one line of a file, as edited by %s', (awk) => {
  beforeEach(() => {
    box = new Sandbox();
    if (awk !== 'awk') box.alias('awk', awk);
  });
  const edit = async (content: string, line: string, match = '') => {
    const path = box.write("a b'c", content);
    const printed = await box.probe(`edit_line ${command(path, line, match)} | base64`);
    const edited = Buffer.from(printed, 'base64').toString();
    const size = Buffer.byteLength(content);
    const so = await box.probe(`if has_line_only ${command(path, line, match, `${size}`)}; then echo so; fi`);
    // What is said to be as it is stays so; a pattern with "{" is not judged.
    expect(so).toBe(edited === content && !match.includes('{') ? 'so' : '');
    return edited;
  };

  test.each([
    ['added at the end', 'a\n', 'x', '', 'a\nx\n'],
    ['there already', 'a\nx\nb\n', 'x', '', 'a\nx\nb\n'],
    ['there twice: once is enough', 'x\na\nx\n', 'x', '', 'x\na\n'],
    ['replaced in its place', 'a\nP 1\nb\n', 'P 2', '^P ', 'a\nP 2\nb\n'],
    ['many match', 'P 1\na\nP 2\nP 3\n', 'P 9', '^P ', 'P 9\na\n'],
    ['match and line both there', 'P 9\na\nP 1\n', 'P 9', '^P 1', 'P 9\na\n'],
    ['nothing matches', 'a\n', 'P 2', '^P ', 'a\nP 2\n'],
    ['an empty file', '', 'x', '', 'x\n'],
    ['no final newline', 'a\nb', 'x', '', 'a\nb\nx\n'],
    ['no final newline, replaced', 'a\nP 1', 'P 2', '^P', 'a\nP 2\n'],
    ['empty lines stay', '\n\na\n\n', 'x', '', '\n\na\n\nx\n'],
    ['backslashes are text', 'a\n', 'C:\\new\\t & \\\\ \\1', '', 'a\nC:\\new\\t & \\\\ \\1\n'],
    ['backslashes in the pattern', 'a.b\naxb\n', 'x', 'a\\.b', 'x\naxb\n'],
    ['a slash in the pattern', '/etc/a\n', 'x', '^/etc/', 'x\n'],
    ['classes', '  Listen\t80\n', 'Listen 8080', '^[[:space:]]*Listen[[:space:]]+80$', 'Listen 8080\n'],
    ['alternatives and repetition', 'ab\nabab\n', 'x', '^(ab|c)+$', 'x\n'],
    ['an assignment is no assignment', 'a\n', 'LINE=1', 'NR=2', 'a\nLINE=1\n'],
    ['leading and trailing blanks are text', 'x\n x\n', ' x ', '', 'x\n x\n x \n'],
    ['carriage returns stay', 'a\r\nP 1\r\n', 'P 2', '^P', 'a\r\nP 2\n'],
    ['beyond ASCII', 'grün\n', '– €', '^gr', '– €\n'],
  ])('%s', async (_, content, line, match, edited) => {
    expect(await edit(content, line, match)).toBe(edited);
  });

  test('twice is once', async () => {
    const once = await edit('P 1\na\nP 2', 'P 9', '^P');
    expect(await edit(once, 'P 9', '^P')).toBe(once);
  });

  test('numbers are text too, 010 is not 10', async () => {
    expect(await edit('010\n 10\n1e1\n', '10')).toBe('010\n 10\n1e1\n10\n');
  });

  test('a pattern that awk refuses must fail, not cut the file off', async () => {
    const path = box.write('a', 'x\nrest\n');
    await expect(box.probe(`probe_line ${command(path, 'x', 'a[[:foo:]]')} 2>/dev/null`)).rejects.toThrow(
      'exit code',
    );
  });
});

describe('found wrong once', () => {
  beforeEach(() => {
    box = new Sandbox();
  });

  test('EL6’s awk takes "{2}" for text unless it is told not to', async () => {
    box.fake(
      'awk',
      `'/^a{2}$/') ;;
       --re-interval*) shift; exec /usr/bin/env -i LINE="$LINE" MATCH="$MATCH" awk "$@" ;;`,
    );
    const path = box.write('a', 'x\n');
    await box.probe(`edit_line ${command(path, 'x', '^a{2}$')}`);
    expect(box.calls().map((call) => call.split(' ', 2).join(' '))).toMatchObject({
      0: 'awk /^a{2}$/',
      1: 'awk --re-interval',
    });
  });

  test('a folder of /proc/sys is no parameter', async () => {
    box.sysctls({ 'net.ipv4.ip_forward': '0' });
    expect(await box.probe('probe_sysctls net.ipv4 2>/dev/null')).toBe('net.ipv4=-');
  });
});
