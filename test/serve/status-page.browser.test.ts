import type { Page, Request } from 'playwright-core';
import { type Served, serveStatus } from '../../src/serve/serve';
import type { Status } from '../../src/status/status';
import { type Browser, describeWithBrowser, startBrowser } from '../support/browser';
import { drained, healthy, splitBrain, statuses, withEveryText } from '../support/statuses';

describeWithBrowser('the status page in a browser', () => {
  let browser: Browser;
  let page: Page;
  let served: Served;
  let now: () => Promise<Status>;
  let requests: Request[];
  let complaints: string[];

  const serve = (port = 0) =>
    serveStatus({
      look: () => now(),
      intervalMs: 100,
      port,
      draw: ({ headline }) =>
        `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="60"><style>text{fill:#000}</style><text y="30">${headline.length}</text></svg>`,
    });

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    now = async () => healthy;
    served = await serve();
    page = await browser.context.newPage();
    requests = [];
    complaints = [];
    page.on('request', (request) => requests.push(request));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
  });
  afterEach(async () => {
    await page.close();
    await served.close();
  });

  const headline = () => page.locator('h1');
  const icon = () => page.locator('link[rel=icon]').getAttribute('href');

  test('the headline, the title and the icon follow what is seen, without a reload', async () => {
    await page.goto(served.url);
    expect(await headline().textContent()).toContain(healthy.headline);
    expect(await page.title()).toBe('✓ cluster37: haprov status');
    const iconBefore = await icon();
    await page.evaluate('window.stayed = true');
    now = async () => splitBrain;
    await page.getByRole('heading', { name: splitBrain.headline }).waitFor();
    expect(await page.title()).toBe('✗ cluster37: haprov status');
    expect(await icon()).not.toBe(iconBefore);
    expect(await page.evaluate('window.stayed')).toBe(true);
    expect(await page.locator('#first').textContent()).toContain('iptables -D INPUT 1');
    expect(complaints).toEqual([]);
  });

  test('nothing is asked for but the page and its stream, and nobody but this machine is', async () => {
    await page.goto(served.url);
    now = async () => splitBrain;
    await page.getByRole('heading', { name: splitBrain.headline }).waitFor();
    const asked = requests.map((request) => request.url()).filter((url) => !url.startsWith('data:'));
    expect(asked).toEqual([served.url, `${served.url}live`]);
    expect(complaints).toEqual([]);
  });

  test('a look that fails is said, what stands there is older; the next one that succeeds takes it back', async () => {
    await page.goto(served.url);
    now = () => Promise.reject(new Error('the network <b>is</b> away'));
    await page.getByText('The last look failed: the network <b>is</b> away').waitFor();
    expect(await headline().textContent()).toContain(healthy.headline);
    expect(await page.title()).toMatch(/^\?/);
    now = async () => splitBrain;
    await page.getByRole('heading', { name: splitBrain.headline }).waitFor();
    expect(await page.locator('#stale').isVisible()).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('haprov that is gone is said', async () => {
    await page.goto(served.url);
    await page.locator('#age:not(:empty)').waitFor();
    await served.close();
    await page.getByText('haprov does not answer').waitFor();
    expect(await page.title()).toMatch(/^\? cluster37/);
  });

  test('a stream that breaks off is taken up again', async () => {
    await page.goto(served.url);
    await browser.context.setOffline(true);
    await page.evaluate('window.stayed = true');
    const { port } = new URL(served.url);
    await served.close();
    await page.getByText('haprov does not answer').waitFor();
    await browser.context.setOffline(false);
    // The same address again, as after a sleep of the machine: the page finds it by itself.
    const again = await serve(Number(port));
    await page.route('**/live', (route) => route.continue({ url: `${again.url}live` }));
    now = async () => splitBrain;
    await page.getByRole('heading', { name: splitBrain.headline }).waitFor();
    expect(await page.locator('#stale').isVisible()).toBe(false);
    expect(await page.evaluate('window.stayed')).toBe(true);
    await again.close();
  });

  test('the focus and where one has scrolled to stay over a refresh', async () => {
    await page.setViewportSize({ width: 280, height: 500 });
    await page.goto(served.url);
    await page.locator('#hosts-box').focus();
    await page.evaluate(
      "document.querySelector('#hosts-box').scrollLeft = 7; scrollTo(0, document.querySelector('#hosts').offsetTop)",
    );
    now = async () => ({
      ...healthy,
      headline: 'after the refresh',
      hosts: splitBrain.hosts,
    });
    await page.getByText('VRRP is dropped').waitFor();
    expect(
      await page.evaluate(
        "[document.activeElement.id, document.querySelector('#hosts-box').scrollLeft, scrollY > 0]",
      ),
    ).toEqual(['hosts-box', 7, true]);
  });

  test('only the headline, a loss of contact and what has just changed are read out by themselves', async () => {
    await page.goto(served.url);
    const live = page.locator('[aria-live]');
    expect(await live.locator('[data-part]').evaluateAll((parts) => parts.map(({ id }) => id))).toEqual([
      'stale',
      'headline',
      'news',
    ]);
    now = async () => drained;
    await live.getByText('VIP router37 is on ethyl now, it was on fred').waitFor();
    expect(await page.locator('#news').textContent()).toContain(
      'fred is drained; server fred of cluster37 is DRAIN, it was UP',
    );
    now = async () => healthy;
    await live.getByText('VIP router37 is on fred now, it was on ethyl').waitFor();
    await page.locator('#earlier summary').click();
    expect(await page.locator('#earlier li').count()).toBe(1);
    now = async () => splitBrain;
    await live.getByText('router37 is on fred and ethyl now').waitFor();
    // What was opened stays open, and grows.
    expect(await page.locator('#earlier li').last().isVisible()).toBe(true);
    expect(await page.locator('#earlier li').count()).toBe(2);
  });

  test('a wrong token finds nothing', async () => {
    const wrong = served.url.replace(/.\/$/, '!/');
    await expect(page.goto(wrong)).rejects.toThrow('ERR_HTTP_RESPONSE_CODE_FAILURE');
    expect((await page.request.get(wrong)).status()).toBe(404);
  });

  test.each(Object.keys(statuses) as (keyof typeof statuses)[])(
    '%s is not wider than 360 pixels, and not than 1400',
    async (name) => {
      now = async () => statuses[name];
      await page.setViewportSize({ width: 360, height: 800 });
      await page.goto(served.url);
      const wider = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';
      expect(await page.evaluate(wider)).toBe(0);
      await page.setViewportSize({ width: 1400, height: 800 });
      expect(await page.evaluate(wider)).toBe(0);
      expect(
        await page.locator('[id]').evaluateAll((all) => all.length - new Set(all.map(({ id }) => id)).size),
      ).toBe(0);
    },
  );

  test('hostile text stays text, when it is loaded and when it is refreshed', async () => {
    const bad = `"'><img src=x onerror=alert(1)><script>alert(1)</script></style>&amp;\u202e`;
    const hostile = withEveryText(splitBrain, (text) => text + bad);
    now = async () => hostile;
    await page.goto(served.url);
    await page.locator('#age:not(:empty)').waitFor();
    now = async () => withEveryText(hostile, (text) => `later ${text}`);
    await page
      .getByRole('heading', { name: /^broken: later/ })
      .first()
      .waitFor();
    expect(await page.locator('img:not([src^="data:"])').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(1);
    expect(await headline().textContent()).toContain('<script>alert(1)</script></style>&amp;\\u202e');
    expect(complaints).toEqual([]);
  });

  test('without scripts it is a snapshot that loads itself again', async () => {
    const plain = await startBrowser({ javaScriptEnabled: false });
    try {
      const still = await plain.context.newPage();
      await still.goto(served.url);
      expect(await still.locator('h1').textContent()).toContain(healthy.headline);
      now = async () => splitBrain;
      await still.getByRole('heading', { name: splitBrain.headline }).waitFor();
    } finally {
      await plain.close();
    }
  });
});
