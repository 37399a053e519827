import { renderDrillPage } from '../../src/drill/drill-page';
import { type Browser, describeWithBrowser, startBrowser } from '../support/browser';
import { drillReports } from '../support/drill-reports';

describeWithBrowser("the drill's page in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());

  test.each(Object.entries(drillReports))(
    '%s asks nobody, fits, and has no words upon others',
    async (_, report) => {
      const page = await browser.context.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('console', (message) => asked.push(message.text()));
      await page.setContent(renderDrillPage(report));
      for (const width of [360, 1400]) {
        await page.setViewportSize({ width, height: 800 });
        expect(
          await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
        ).toBe(0);
      }
      expect(await page.evaluate(overlapping)).toEqual([]);
      expect(asked.filter((url) => !/^(?:data|about):/.test(url))).toEqual([]);
      await page.close();
    },
  );
});

/** Runs in the page: texts of a timeline that lie upon each other, or reach out of it. */
const overlapping = `[...document.querySelectorAll('svg.timeline')].flatMap((svg) => {
  const whole = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom;
  return texts.flatMap(([words, box], index) => [
    ...texts.slice(index + 1).filter(([, other]) => meet(box, other)).map(([others]) => words + ' / ' + others),
    ...(box.left < whole.left - 1 || box.right > whole.right + 1 || box.top < whole.top - 1 ? [words + ' is cut'] : []),
  ]);
})`;
