import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { type Served, serveStatus } from '../../src/serve/serve';
import type { Status } from '../../src/status/status';
import { type Browser, describeWithBrowser, startBrowser } from '../support/browser';
import { aRun, onHost, step } from '../support/runs';
import { healthy, hundredHosts, splitBrain, statuses } from '../support/statuses';

const axe = readFileSync(require.resolve('axe-core'), 'utf8');

describeWithBrowser('the status page is for everybody', () => {
  let browser: Browser;
  let page: Page;
  let served: Served;
  let look: () => Promise<Status>;

  const text = { from: `a ${'long '.repeat(60)}\nport 1\n`, to: `a ${'long '.repeat(60)}\nport 2\n` };
  const failure = { part: 'validate', code: 1, command: 'haproxy -c', output: 'unknown keyword' };
  const runs = [
    aRun('20260102T030405Z-b', {
      hosts: [
        onHost('fred', {
          result: 'restored',
          state: 'restored',
          steps: [step({ text, status: 'failed', failure })],
        }),
        onHost('ethyl', { result: 'restored', state: 'restored' }),
      ],
    }),
    aRun('20260101T030405Z-a'),
  ];
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="60"><text y="30">way</text></svg>';

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    look = async () => splitBrain;
    served = await serveStatus({
      look: () => look(),
      runs: async (run) => ({ runs: run === undefined ? runs : runs.slice(0, 1) }),
      intervalMs: 100,
      port: 0,
      draw: () => svg,
    });
    page = await browser.context.newPage();
  });
  afterEach(async () => {
    await page.close();
    await served.close();
  });

  const openAll = async () => {
    await page.goto(served.url);
    await page.locator('#age:not(:empty)').waitFor();
    await page.getByText('Who changed what').click();
    await page.locator('.run summary').first().click();
    await page.locator('.file summary').click();
  };

  const violations = async () => {
    await page.evaluate(axe);
    const found = await page.evaluate<{
      violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
    }>(
      'axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })',
    );
    return found.violations.map(({ id, nodes }) => [
      id,
      nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    ]);
  };

  test.each(['light', 'dark'] as const)(
    'axe finds nothing, all of it open, in the %s',
    async (colorScheme) => {
      await page.emulateMedia({ colorScheme });
      await openAll();
      expect(await violations()).toEqual([]);
      for (const path of ['runs', `runs/${runs[0]?.run}`]) {
        await page.goto(`${served.url}${path}`);
        await page.locator('summary').first().click();
        expect([path, await violations()]).toEqual([path, []]);
      }
      // Enough of them to be folded; of more axe takes long.
      const { hosts, services } = hundredHosts;
      const some = services.map((service) => ({ ...service, servers: service.servers.slice(0, 18) }));
      look = async () => ({ ...hundredHosts, hosts: hosts.slice(0, 20), services: some });
      await page.goto(served.url);
      await page.getByText('19 hosts are well').click();
      expect(await violations()).toEqual([]);
    },
  );

  test('everything that can be used is reached by Tab, shows that it is, and lets one on', async () => {
    await openAll();
    const reached: string[] = [];
    const able = 'a, button, summary, [tabindex="0"]';
    const visible = await page
      .locator(able)
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
    await page.evaluate(
      "const main = document.querySelector('main'); main.tabIndex = -1; main.focus(); main.removeAttribute('tabindex')",
    );
    for (let pressed = 0; pressed <= visible; pressed++) {
      await page.keyboard.press('Tab');
      const [what, outline] = await page.evaluate<[string, string]>(
        `[[...document.querySelectorAll('${able}')].indexOf(document.activeElement) + document.activeElement.outerHTML.slice(0, 120), getComputedStyle(document.activeElement).outlineStyle]`,
      );
      if (what.startsWith('-1')) break;
      expect(`${what} ${outline}`).toMatch(/ solid$/);
      reached.push(what);
    }
    expect([reached.length, new Set(reached).size]).toEqual([visible, visible]);
  });

  test.each([
    ['320 pixels', 320, 1],
    ['640 pixels and letters of twice the size', 640, 2],
    ['1920 pixels', 1920, 1],
  ])('%s need no scrolling sideways', async (_, width, size) => {
    await page.setViewportSize({ width, height: 900 });
    await openAll();
    // As the user's own setting, not as a style of the page's, which its policy would refuse.
    await page.evaluate(`document.documentElement.style.setProperty('font-size', '${size * 100}%')`);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
    ).toBe(0);
  });

  test('on paper no table is cut off, and what is said of levels is there without colours', async () => {
    for (const status of [healthy, splitBrain, statuses.drained]) {
      look = async () => status;
      await page.goto(served.url);
      await page.setViewportSize({ width: 720, height: 900 });
      await page.emulateMedia({ media: 'print' });
      const cut = await page
        .locator('.scroll:has(table)')
        .evaluateAll((boxes) => boxes.flatMap((box) => (box.scrollWidth > box.clientWidth ? [box.id] : [])));
      expect(cut).toEqual([]);
      await page.emulateMedia({ media: 'screen', forcedColors: 'active' });
      const unmarked = await page
        .locator('td')
        .evaluateAll((cells) =>
          cells.flatMap((cell) =>
            ['broken', 'warning', 'unknown', 'note'].includes(cell.className) && !cell.querySelector('.mark')
              ? [cell.outerHTML]
              : [],
          ),
        );
      expect(unmarked).toEqual([]);
      await page.emulateMedia({ media: null, forcedColors: null });
    }
  });

  test('after the laptop has slept, the page says since when its picture is old', async () => {
    look = async () => ({ ...healthy, at: new Date().toISOString() });
    await page.clock.install();
    await page.goto(served.url);
    await page.locator('#age:not(:empty)').waitFor();
    look = () => new Promise(() => {});
    await page.clock.fastForward('14:00:00');
    await page.getByText('What stands here is from').waitFor();
    expect(await page.locator('#stale').textContent()).toMatch(/a look for a while.*from .*\d\d:\d\d/);
    expect(await page.locator('#age').textContent()).toBe('(14 h ago)');
    expect(await page.title()).toMatch(/^\?/);
  });

  test('of a hundred hosts those come first that are not well; the others are folded, and stay open where they were opened', async () => {
    let headline = hundredHosts.headline;
    look = async () => ({ ...hundredHosts, headline });
    const response = await page.goto(served.url);
    expect((await response?.text())?.length).toBeLessThan(300_000);
    const rows = page.locator('#hosts tbody tr:visible');
    expect(await rows.count()).toBe(1);
    expect(await rows.textContent()).toContain('httpd does not run');
    expect(await page.locator('#services tbody tr:visible').textContent()).toContain('DOWN');
    await page.getByText('101 hosts are well').click();
    expect(await rows.count()).toBe(102);
    headline = 'later';
    look = async () => ({ ...hundredHosts, headline, hosts: hundredHosts.hosts.slice(0, -1) });
    await page.getByText('100 hosts are well').waitFor();
    expect(await rows.count()).toBe(101);
    await page.getByText('100 hosts are well').focus();
    headline = 'latest';
    look = async () => ({ ...hundredHosts, headline, hosts: hundredHosts.hosts.slice(0, -2) });
    await page.getByText('99 hosts are well').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('hosts-summary');
  });

  test('nothing moves by itself', async () => {
    await page.goto(served.url);
    expect(await page.locator('style').textContent()).not.toMatch(/animation|transition|scroll-behavior/);
  });
});
