import { renderRunPage, renderRunsPage } from '../../../src/report/page/runs-page';
import { aRun, onHost, step } from '../../support/runs';
import { textOf } from './text-of';

const text = { from: 'port 1\n', to: 'port 2\n' };

test('the list says for each run what, when, by whom, and how it ended on which hosts', () => {
  const page = textOf(
    renderRunsPage({
      runs: [
        aRun('run-2', {
          hosts: [onHost('fred'), onHost('ethyl', { result: 'restored', state: 'restored' })],
        }),
        aRun('run-1'),
      ],
    }),
  );
  expect(page).toContain('push, 2026-03-01 03:00:00 UTC');
  expect(page).toContain('finished on fred; restored on ethyl · by lucy@laptop');
  expect(page).toContain('finished on fred, ethyl · by lucy@laptop');
});

test('a list has a hundred runs, and says how many there are besides', () => {
  const page = renderRunsPage({ runs: Array.from({ length: 103 }, (_, index) => aRun(`run-${index}`)) });
  expect(page.match(/data-load/g)).toHaveLength(100);
  expect(page).toContain('3 older runs');
});

test('a diff of several hosts stands once, and one that differs by itself', () => {
  const hosts = ['fred', 'ethyl', 'ricky'].map((name) =>
    onHost(name, {
      steps: [step({ text: name === 'ricky' ? { ...text, to: 'port 3\n' } : text, ms: name.length })],
    }),
  );
  const page = renderRunPage('run-1', { runs: [aRun('run-1', { hosts })] });
  expect(page.match(/<ins>\+port 2\n<\/ins>/g)).toHaveLength(1);
  expect(page.match(/<ins>\+port 3\n<\/ins>/g)).toHaveLength(1);
  expect(textOf(page)).toContain('done on fred, ethyl');
});

test('why it ended: what a failed step said, on which host, and what that meant to the others', () => {
  const failure = { part: 'validate', code: 1, command: 'haproxy -c', output: 'unknown keyword\nrefused' };
  const failed = onHost('fred', {
    result: 'restored',
    state: 'restored',
    steps: [step({ status: 'failed', failure, text })],
  });
  const other = onHost('ethyl', {
    result: 'restored',
    state: 'restored',
    steps: [step({ status: 'undone' })],
  });
  const page = textOf(renderRunPage('r', { runs: [aRun('r', { hosts: [failed, other] })] }));
  expect(page).toContain('validate failed on fred, exit code 1: haproxy -c');
  expect(page).toContain('unknown keyword');
  expect(page).toContain('restored on ethyl since it failed on fred');
  expect(textOf(renderRunsPage({ runs: [aRun('r', { hosts: [failed, other] })] }))).toContain(
    'restored on fred, ethyl ·',
  );
  const left = onHost('fred', { result: 'restored', state: 'restored', abandoned: true });
  expect(textOf(renderRunPage('r', { runs: [aRun('r', { hosts: [left] })] }))).toContain(
    'nobody drove it any more',
  );
  const forced = { ...left, because: 'ann@desk ended it' };
  expect(textOf(renderRunPage('r', { runs: [aRun('r', { hosts: [forced] })] }))).toContain(forced.because);
});

test('what hosts say is text, and what is too much for a page is named', () => {
  const bad = '<script>alert(1)</script>\u001b[2J\u202e';
  const shown = renderRunPage(bad, {
    trouble: bad,
    runs: [
      aRun(bad, {
        owner: bad,
        hosts: [
          onHost(bad, { steps: [step({ target: bad, notes: [bad], text: { from: null, to: `${bad}\n` } })] }),
        ],
      }),
    ],
  });
  expect(shown).not.toMatch(/<script|\u001b|\u202e/);
  expect(shown).toContain('+&lt;script&gt;alert(1)&lt;/script&gt;^[[2J\\u202e');
  const long = (name: string) =>
    step({ target: `/${name}`, text: { from: null, to: `${name} ${'x'.repeat(700_000)}\n` } });
  const page = renderRunPage('r', {
    runs: [aRun('r', { hosts: [onHost('fred', { steps: [long('a'), long('b')] })] })],
  });
  expect([page.includes('+a xxx'), page.includes('+b xxx'), page.length < 1_000_000]).toEqual([
    true,
    false,
    true,
  ]);
  expect(textOf(page)).toContain('haprov log --diff shows it');
});

test('hosts that could not be asked are said beside what the others say', () => {
  const page = textOf(renderRunsPage({ runs: [aRun('run-1')], trouble: 'ethyl: no answer' }));
  expect([page.includes('Not all hosts could be asked: ethyl: no answer'), page.includes('push,')]).toEqual([
    true,
    true,
  ]);
  expect(textOf(renderRunsPage({ runs: [] }))).toContain('No host keeps a run yet');
});
