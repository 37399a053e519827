import type { Block } from './pages';

/** What becomes of the commands that documents show. */

/** Done on the real pair, block by block, by test/integration/docs.test.ts. */
export const walked = ['docs/tutorial.md', 'docs/from-rpm-to-vip.md'];

/** Blocks that no test runs, by how they begin, and why. */
const reasons: Record<string, Record<string, string>> = {
  ...Object.fromEntries(
    ['docs/certificates.md', 'docs/how-to/certificate.md'].map((page) => [
      page,
      {
        'haprov certificates renew':
          'a renewal needs hosts with a certificate: test/integration/certificates.test.ts does it on the real pair',
      },
    ]),
  ),
  'docs/exec.md': {
    'haprov ssh fred':
      'what ssh says is handed on, its exit code too: test/ask/exec.loopback.test.ts has it log in',
  },
  'docs/how-to/hosts.md': {
    'haprov replace': 'a host is made anew on a bare machine: test/integration/look-around.test.ts does it',
  },
  'docs/how-to/read-a-plan.md': {
    'haprov apply --plan plan.json':
      'a saved plan needs hosts that were asked: docs/from-rpm-to-vip.md makes one on the real pair',
  },
  'docs/tutorial.md': {
    'npm ci && npm pack':
      'test/support/pty-setup.ts packs the program and installs it for every test at a terminal',
  },
};

/** Why no test runs it; nothing where one does. */
export const notRun = ({ page, commands }: Block): string | undefined =>
  Object.entries(reasons[page] ?? {}).find(([start]) => commands.startsWith(start))?.[1];
