import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type Browser, describeWithBrowser, startBrowser } from '../support/browser';

/** The site of all documents, built anew (a dead link fails that) and looked at in a real browser. */

const folder = 'dist-site';
const axe = readFileSync(require.resolve('axe-core'), 'utf8');
const types: Record<string, string> = {
  html: 'text/html',
  js: 'text/javascript',
  css: 'text/css',
  svg: 'image/svg+xml',
};

describeWithBrowser('the site of all documents', () => {
  let browser: Browser;
  let server: Server;
  let page: Page;
  let root: string;
  const faults: string[] = [];
  const asked = new Set<string>();

  beforeAll(async () => {
    execFileSync(process.execPath, ['site/build.mjs'], { stdio: 'pipe' });
    server = createServer(({ url = '/' }, response) => {
      const [path = ''] = decodeURI(url).split(/[?#]/);
      const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
      if (!existsSync(file) || statSync(file).isDirectory()) {
        if (!url.endsWith('favicon.ico')) faults.push(`not there: ${url}`);
        response.writeHead(404).end();
      } else
        response
          .writeHead(200, { 'content-type': types[/\w+$/.exec(file)?.[0] ?? ''] ?? 'text/plain' })
          .end(readFileSync(file));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await startBrowser();
    page = await browser.context.newPage();
    page.on('pageerror', ({ message }) => faults.push(message));
    browser.context.on('request', (request) => asked.add(new URL(request.url()).host));
  }, 1_800_000);
  afterAll(async () => {
    await browser?.close();
    server?.close();
  });
  afterEach(() => {
    expect(faults).toEqual([]);
    // Nobody else's machine is asked for a font or a script.
    expect([...asked]).toEqual([new URL(root).host]);
  });

  const pages = () =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.html') && path !== '404.html')
      .map((path) => `/${path}`);

  const open = (path: string) => page.goto(`${root}${path}`, { waitUntil: 'load' });

  test('every page fits a telephone and a wide screen, and says what it is about', async () => {
    expect(pages().length).toBeGreaterThan(50);
    // Pages are whole without scripts, and come faster.
    const plain = await browser.context.newPage();
    await plain.route('**/*.js', (request) => request.abort());
    for (const path of pages()) {
      await plain.goto(`${root}${path}`, { waitUntil: 'load' });
      for (const width of [360, 1440]) {
        await plain.setViewportSize({ width, height: 800 });
        const [wide, heading] = await plain.evaluate<number[]>(
          '[document.documentElement.scrollWidth - document.documentElement.clientWidth, document.querySelectorAll("h1").length]',
        );
        expect({ path, width, wide, heading }).toEqual({ path, width, wide: 0, heading: 1 });
      }
    }
    await plain.close();
  }, 1_800_000);

  test.each([['light', 1440] as const, ['dark', 360] as const])(
    'it is %s as the reader’s system is, and everybody can read it, %i pixels wide',
    async (colorScheme, width) => {
      await page.setViewportSize({ width, height: 800 });
      await page.emulateMedia({ colorScheme });
      for (const path of ['/', '/docs/', '/docs/tutorial.html', '/docs/reference/playbook.html']) {
        await open(path);
        const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
        expect(ground).toBe({ light: 'rgb(255, 255, 255)', dark: 'rgb(27, 27, 31)' }[colorScheme]);
        await page.evaluate(axe);
        // VitePress shows "Ctrl K" in the button that is named "Search".
        const { violations } = await page.evaluate<{
          violations: { id: string; nodes: { target: string[] }[] }[];
        }>('axe.run({ rules: { "label-content-name-mismatch": { enabled: false } } })');
        const found = violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target}`));
        expect({ path, found }).toEqual({ path, found: [] });
      }
    },
    1_800_000,
  );

  test('by keyboard: past the navigation, and to another page', async () => {
    await page.setViewportSize({ width: 1440, height: 800 });
    await open('/docs/tutorial.html');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Skip to content');
    await page.focus('.VPSidebar a[href="/docs/from-rpm-to-vip.html"]');
    await page.keyboard.press('Enter');
    await page.waitForFunction('document.querySelector("h1")?.textContent.includes("From an RPM to a VIP")');
  });

  test('what one looks for is found', async () => {
    await open('/docs/');
    await page.waitForFunction('document.querySelector("#app").__vue_app__');
    await page.keyboard.press('Control+k');
    await page.fill('input#localsearch-input', 'rotate');
    await page.waitForSelector('.VPLocalSearchBox a[href*="certificate"]');
    await page.keyboard.press('Enter');
    await page.waitForURL(/how-to\/certificate/);
  });

  test('every page stands in the sidebar', async () => {
    await open('/docs/');
    const there = await page.evaluate<string[]>(
      '[...document.querySelectorAll(".VPSidebar a")].map((link) => link.getAttribute("href"))',
    );
    const missing = pages()
      .filter((path) => path.startsWith('/docs/') && !path.endsWith('/index.html'))
      .filter((path) => !there.includes(path));
    expect(missing).toEqual([]);
  });
});
