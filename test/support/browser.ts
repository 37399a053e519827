import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';

/** Where the system's own browser is. */
export const findChromium = (): string | undefined =>
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) =>
    existsSync(file),
  );

const CHROMIUM = findChromium();

/** Runs the tests in a real browser; says so loudly where there is none, and fails where it must be there. */
export function describeWithBrowser(title: string, tests: () => void): void {
  if (CHROMIUM) describe(title, tests);
  else if (process.env.HAPROV_REQUIRE_LAB === '1') {
    test(title, () => {
      throw new Error('chromium is not installed, and HAPROV_REQUIRE_LAB=1 asks for it');
    });
  } else describe.skip(`NOT TESTED, install chromium: ${title}`, tests);
}

export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** How long a busy machine may take for what a page does. */
const patienceMs = 120_000;

/** A Chromium without a window and with a profile of its own, which asks nobody for anything by itself. */
export async function startBrowser(options: { javaScriptEnabled?: boolean } = {}): Promise<Browser> {
  const profile = mkdtempSync(join(tmpdir(), 'haprov-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    ...options,
    timeout: patienceMs,
    executablePath: CHROMIUM,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  context.setDefaultTimeout(patienceMs);
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
