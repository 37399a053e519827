import { findChromium } from './browser';
import { need } from './needed';

/** Sees to it that there is a browser. */
export default function installBrowser(): void {
  need(
    'CHROMIUM IS',
    () => findChromium() !== undefined,
    ['chromium', 'fonts-dejavu-core'],
    'the tests of the pages',
  );
}
