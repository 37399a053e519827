import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anyHost } from '../../src/playbook/context';
import { loadAll } from '../bad-input/check-all';
import { type Shell, shells } from '../shell/sandbox';

const password = 'pass "word" \\ $x';
const env = { REDIS_PASSWORD: password, REDIS_CHECK_LOGIN: 'tcp-check send AUTH\\ x\\r\\n' };

/** What fred is to have at `path`, by an example. */
function written(example: string, path: string): string {
  const resources = loadAll(`examples/${example}.json`, env).resources.get('fred');
  const found = resources?.find(({ id }) => id === `file ${path}`);
  if (!found?.content) throw new Error(`${example} has no ${path}`);
  return found.content(anyHost).toString();
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'haprov-example-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, { mode: 0o755 });
  return file;
}

describe.each(shells)('haprov-redis in %s', (...shell: string[]) => {
  const local = '127.0.0.1';
  const peer = '192.168.56.202';

  /**
   * Runs it on a host whose Redis servers give these answers, the last one again and again; one without answers is not
   * there. Gives what they were told.
   */
  function run(words: string[], answers: Record<string, string[]>, holds: boolean) {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    const fake = (name: string, text: string) => program(join('bin', name), `#!/bin/sh\n${text}\n`);
    for (const [host, texts] of Object.entries(answers)) {
      mkdirSync(join(folder, host));
      for (const [index, text] of texts.entries()) writeFileSync(join(folder, host, `${index}`), text);
    }
    fake('sleep', `echo slept >>${folder}/told`);
    fake(
      'ip',
      `[ "$*" = '-o addr show to 192.168.56.210' ] || { echo "unexpected: ip $*" >>${folder}/unexpected; exit 99; }\n${holds ? 'echo eth0' : ':'}`,
    );
    fake(
      'redis-cli',
      `IFS= read -r login; IFS= read -r command
[ "$1 $3 $4 $login" = ${quoted(`-h -p 16379 AUTH ${JSON.stringify(password)}`)} ] || { echo "unexpected: redis-cli $* $login" >>${folder}/unexpected; exit 99; }
[ -d ${folder}/$2 ] || exit 1
echo "$2 $command" >>${folder}/told
first=$(ls ${folder}/$2 | head -n 1)
cat ${folder}/$2/$first
[ "$(ls ${folder}/$2 | wc -l)" = 1 ] || rm ${folder}/$2/$first`,
    );
    writeFileSync(join(folder, 'auth'), written('redis-pair', '/etc/redis-pair.auth'));
    const script = written('redis-pair', '/usr/libexec/keepalived/haprov-redis')
      .replace('PATH=/usr/sbin:', `PATH=${bin}:/usr/sbin:`)
      // Of ksh it is a builtin.
      .replace('sleep 1', `${bin}/sleep 1`)
      .replace('/etc/redis-pair.auth', join(folder, 'auth'));
    const [interpreter, ...options] = shell as unknown as Shell;
    const result = spawnSync(interpreter, [...options, program('haprov-redis', script), ...words], {
      encoding: 'utf8',
    });
    if (existsSync(join(folder, 'unexpected')))
      throw new Error(readFileSync(join(folder, 'unexpected'), 'utf8'));
    const told = existsSync(join(folder, 'told')) ? readFileSync(join(folder, 'told'), 'utf8').trim() : '';
    return { fits: result.status === 0, told: told.split('\n').filter(Boolean), stderr: result.stderr };
  }

  const info = (...rows: string[]) => `OK\n${rows.map((row) => `${row}\r\n`).join('')}`;
  const master = info('loading:0', 'role:master');
  const replica = (link: string) => info('loading:0', 'role:slave', `master_link_status:${link}`);

  test.each<[string, string | undefined, string | undefined, boolean]>([
    ['a master', master, replica('up'), true],
    ['a replica in step', replica('up'), master, true],
    ['a replica without its master', replica('down'), undefined, true],
    ['a replica whose master became one too', replica('down'), replica('down'), true],
    ['no newcomer without the data of a living master', replica('down'), master, false],
    ['none that is loading', info('loading:1', 'role:master'), undefined, false],
    ['none that does not answer', undefined, master, false],
    ['none that refuses the password', '(error) WRONGPASS\n(error) NOAUTH\n', master, false],
  ])('may hold the address: %s', (_, here, there, fits) => {
    const answers = { ...(here ? { [local]: [here] } : {}), ...(there ? { [peer]: [there] } : {}) };
    expect(run(['check'], answers, false).fits).toBe(fits);
  });

  const follow = `${local} REPLICAOF ${peer} 16379`;
  const lead = `${local} REPLICAOF NO ONE`;
  const loading = 'OK\nLOADING Redis is loading the dataset in memory\n';
  test.each<[string, string[], boolean, string[] | undefined, boolean, string[]]>([
    ['the address came', ['role', 'INSTANCE', 'data', 'MASTER', '101'], true, ['OK\nOK\n'], true, [lead]],
    ['the address went', ['role', 'INSTANCE', 'data', 'BACKUP', '101'], false, ['OK\nOK\n'], true, [follow]],
    ['keepalived ends', ['stopped'], true, ['OK\nOK\n'], true, [follow]],
    ['Redis is not there', ['role'], true, undefined, true, []],
    ['Redis starts at the address', ['started'], true, ['OK\nOK\n'], true, [lead]],
    ['Redis starts elsewhere', ['started'], false, ['OK\nOK Already connected\n'], true, [follow]],
    [
      'Redis loads for long',
      ['started'],
      true,
      [loading, loading, 'OK\nOK\n'],
      true,
      [lead, 'slept', lead, 'slept', lead],
    ],
    ['Redis refuses', ['started'], true, ['(error) WRONGPASS\n(error) NOAUTH\n'], false, [lead]],
  ])('takes its part: %s', (_, words, holds, answers, fits, told) => {
    const found = run(words, answers ? { [local]: answers } : {}, holds);
    expect(found).toMatchObject({ fits, told });
    expect(found.stderr).toMatch(fits ? /^$/ : /Redis does not take its part/);
  });
});

describe.each(shells)('hello in %s', (...shell: string[]) => {
  const say = (request: string, isPaused = false) => {
    const text = readFileSync('files/own-service/hello', 'utf8').replaceAll(
      '/etc/hello.pause',
      join(folder, 'pause'),
    );
    if (isPaused) writeFileSync(join(folder, 'pause'), '');
    const [interpreter, ...options] = shell as unknown as Shell;
    return execFileSync(interpreter, [...options, program('hello', text)], {
      input: request,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, GREETING: 'Hello %s $x', HOST: 'fred' },
    });
  };

  test.each<[string, string, boolean, string, string]>([
    ['its greeting', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', false, '200 OK', 'Hello %s $x from fred'],
    ['its health', 'GET /health HTTP/1.0\r\n\r\n', false, '200 OK', 'well'],
    ['that it is paused', 'GET /health HTTP/1.0\r\n\r\n', true, '503 Service Unavailable', 'paused'],
    ['nothing else', 'GET /../etc/passwd HTTP/1.0\r\n\r\n', false, '404 Not Found', 'not here'],
    ['nothing for what is no request', '$(touch x) `id`\n\n', false, '404 Not Found', 'not here'],
  ])('says %s', (_, request, isPaused, status, body) => {
    const [head = '', ...rest] = say(request, isPaused).split('\r\n\r\n');
    expect([head.split('\r\n')[0], rest.join()]).toEqual([`HTTP/1.0 ${status}`, `${body}\n`]);
  });

  test('says nothing to who says nothing', () => expect(say('')).toBe(''));
});

test('a value of any kind is one inert word of hello.conf', () => {
  const text = readFileSync('examples/own-service.json', 'utf8').replace(
    'Good morning',
    '\\"a\\" $b `c` \\\\',
  );
  const file = join(folder, 'inventory.json');
  writeFileSync(file, text);
  const conf = loadAll(file)
    .resources.get('fred')
    ?.find(({ id }) => id === 'file /etc/hello.conf');
  expect(conf?.content?.(anyHost).toString()).toContain('\nGREETING="\\"a\\" \\$b \\`c\\` \\\\"\n');
});

/** A shell word that stands for `text`. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
