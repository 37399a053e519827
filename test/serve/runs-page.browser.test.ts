import type { Page } from 'playwright-core';
import type { RunsView } from '../../src/report/page/runs-page';
import { type Served, serveStatus } from '../../src/serve/serve';
import { type Browser, describeWithBrowser, startBrowser } from '../support/browser';
import { aRun, onHost, step } from '../support/runs';
import { healthy, splitBrain } from '../support/statuses';

describeWithBrowser('the runs on the status page', () => {
  let browser: Browser;
  let page: Page;
  let served: Served;
  let status = healthy;
  let asked: (string | undefined)[];
  let answer: (run?: string) => Promise<RunsView>;
  let complaints: string[];

  const text = { from: 'a\nport 1\n', to: 'a\nport 2\n' };
  const newest = aRun('20260102T030405Z-b', { hosts: [onHost('fred', { steps: [step({ text })] })] });
  const oldest = aRun('20260101T030405Z-a');

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    status = healthy;
    asked = [];
    complaints = [];
    answer = async (run) => ({ runs: run === undefined ? [newest, oldest] : [newest] });
    served = await serveStatus({
      look: async () => status,
      runs: (run) => {
        asked.push(run);
        return answer(run);
      },
      intervalMs: 100,
      port: 0,
    });
    page = await browser.context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
  });
  afterEach(async () => {
    await page.close();
    await served.close();
  });

  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate("document.activeElement.textContent.trim().split('\\n')[0]");

  test('nobody is asked before somebody opens them; then the runs, then a run’s diffs, by keyboard alone', async () => {
    await page.goto(served.url);
    await page.locator('#age:not(:empty)').waitFor();
    expect(asked).toEqual([]);
    await page.getByText('Who changed what').focus();
    await press('Enter');
    await page.locator('.run').first().waitFor();
    expect(asked).toEqual([undefined]);
    await press('Tab', 'Tab');
    expect(await focused()).toContain('push,');
    await press('Enter');
    await page.locator('.file').waitFor();
    expect(asked).toEqual([undefined, newest.run]);
    await press('Tab', 'Tab', 'Enter');
    expect(await page.locator('.diff ins').textContent()).toBe('+port 2\n');
    expect(await page.locator('.diff').isVisible()).toBe(true);
    await press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('scroll');
    // Out again, level by level.
    await press('Escape');
    expect([await page.locator('.diff').isVisible(), await focused()]).toEqual([
      false,
      expect.stringContaining('update file'),
    ]);
    expect(complaints).toEqual([]);
  });

  test('what is open stays open over a refresh, and is asked for again only when somebody wants it', async () => {
    await page.goto(served.url);
    await page.getByText('Who changed what').click();
    await page.locator('.run').first().locator('summary').click();
    await page.locator('.file summary').click();
    status = splitBrain;
    await page.getByRole('heading', { name: splitBrain.headline }).waitFor();
    expect(await page.locator('.diff').isVisible()).toBe(true);
    expect(asked).toHaveLength(2);
    await page.getByRole('button', { name: 'Ask again' }).first().click();
    await page.locator('.run').first().waitFor();
    expect([asked.length, await focused()]).toEqual([3, expect.stringContaining('Who changed what')]);
  });

  test('a host that has gone, a question that fails, and a haprov that has ended, are said', async () => {
    await page.goto(served.url);
    answer = async () => ({ runs: [oldest], trouble: 'ethyl: no answer' });
    await page.getByText('Who changed what').click();
    await page.getByText('Not all hosts could be asked: ethyl: no answer').waitFor();
    expect(await page.locator('.run').count()).toBe(1);
    answer = () => Promise.reject(new Error('the network is <b>away</b>'));
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.getByText('the network is <b>away</b>').waitFor();
    await served.close();
    await page.getByRole('button', { name: 'Ask again' }).click();
    await page.locator('#runs').getByText('haprov does not answer').waitFor();
  });

  test('two who open a run at once are one question', async () => {
    const other = await browser.context.newPage();
    let release: (view: RunsView) => void = () => {};
    answer = () => new Promise((done) => (release = done));
    await Promise.all([page.goto(served.url), other.goto(served.url)]);
    for (const one of [page, other]) await one.getByText('Who changed what').click();
    for (const one of [page, other]) await one.getByText('Asking the hosts').waitFor();
    while (asked.length === 0) await new Promise((done) => setTimeout(done, 5));
    const both = [page, other].map((one) => one.locator('.run').first().waitFor());
    release({ runs: [newest] });
    await Promise.all(both);
    expect(asked).toEqual([undefined]);
    await other.close();
  });

  test('without scripts they are pages, which lead back', async () => {
    const plain = await startBrowser({ javaScriptEnabled: false });
    try {
      const still = await plain.context.newPage();
      await still.goto(`${served.url}runs`);
      await still.locator('.run').first().locator('summary').click();
      await still.getByRole('link', { name: 'What it changed' }).first().click();
      await still.locator('.file summary').click();
      expect(await still.locator('.diff del').textContent()).toBe('-port 1\n');
      await still.getByRole('link', { name: 'all runs' }).click();
      expect(await still.locator('.run').count()).toBe(2);
      await still.getByRole('link', { name: 'status' }).click();
      expect(await still.locator('h1').textContent()).toContain(healthy.headline);
    } finally {
      await plain.close();
    }
  });
});
