import { HostError } from '../../src/errors';
import type { Connection } from '../../src/host/connection';
import type { ExecOptions, ExecResult } from '../../src/host/exec';
import type { PlannedChange } from '../../src/plan/plan';
import { patience } from '../../src/planning/hosts';
import { listeningOn } from '../../src/planning/listening';

/** Who listens on which port is asked where a plan changes something, of all that serve: a change touches others, too. */

const change = {} as PlannedChange;
let asked: string[];
let closed: string[];
let waited: unknown[];
let said: unknown[];
beforeEach(() => {
  asked = [];
  closed = [];
  waited = [];
  said = [];
});

function host(name: string, answer: () => string) {
  const runScript = async (script: string, { quietMs }: ExecOptions): Promise<ExecResult> => {
    asked.push(name);
    waited.push(quietMs);
    expect(script).toContain('ss -ltnp');
    const [, mark] = /echo "(@\w+) /.exec(script) ?? [];
    return { code: 0, stdout: `${mark} 0\n${answer()}${mark} end 0\n${mark} done\n`, stderr: '', ms: 1 };
  };
  return {
    name,
    connection: { host: name, runScript, close: () => void closed.push(name) } as unknown as Connection,
  };
}
const web = (name: string) => host(name, () => 'listens 8080 httpd /system.slice/httpd.service\n');
const context = { emit: (event: unknown) => void said.push(event) };

test('nobody is asked where nothing changes', async () => {
  expect([...(await listeningOn([web('web1')], [{ changes: [] }, { changes: [] }], context, {}))]).toEqual(
    [],
  );
  expect(asked).toEqual([]);
});

test('all that serve are asked where one host changes', async () => {
  const found = await listeningOn(
    [web('web1'), web('web2')],
    [{ changes: [] }, { changes: [change] }],
    context,
    {},
  );
  const listens = [{ port: 8080, units: ['httpd'] }];
  expect([...found]).toEqual([
    ['web1', listens],
    ['web2', listens],
  ]);
  expect(asked).toEqual(['web1', 'web2']);
  // --verbose shows it.
  expect(said).toMatchObject(['web1', 'web2'].map((name) => ({ type: 'command', host: name })));
});

test('a host that cannot tell is not known, and a host that breaks off is told of', async () => {
  const mute = host('mute', () => '');
  const lost = host('lost', () => {
    throw new HostError('lost', 'the connection was lost');
  });
  const found = await listeningOn([mute, lost, web('web1')], [{ changes: [change] }], context, {});
  expect([...found.keys()]).toEqual(['web1']);
  expect(said.filter((event) => (event as { type: string }).type === 'message')).toEqual([
    {
      type: 'message',
      level: 'warning',
      host: 'lost',
      text: 'who listens there is not known, so its units count as serving: the connection was lost',
    },
  ]);
});

test('what is no fault of a host is thrown', async () => {
  const odd = host('odd', () => {
    throw new TypeError('odd');
  });
  await expect(listeningOn([odd], [{ changes: [change] }], context, {})).rejects.toThrow(TypeError);
});

test('hosts may take as long as for every other question', async () => {
  const waits = patience({ inventory: 'pair.json', json: false, answerWithin: 300 }, {});
  await listeningOn([web('web1')], [{ changes: [change] }], context, waits);
  expect(waited).toEqual([300_000]);
});

test('where it is stopped nobody is waited for, and what the hosts say is no warning', async () => {
  const stop = new AbortController();
  const never = host('never', () => '');
  Object.assign(never.connection, { runScript: () => new Promise(() => stop.abort()) });
  const found = listeningOn([never], [{ changes: [change] }], context, { signal: stop.signal });
  await expect(found).rejects.toMatchObject({ exitCode: 130 });
  expect(closed).toEqual(['never']);
  expect(said).toMatchObject([{ type: 'command' }]);
});
