// Tests begin alike for everybody: nothing of the user's own environment is taken over, by workers and programs neither.
process.umask(0o022);
const own =
  /^(LANG|LANGUAGE|LC_.*|TZ|NO_COLOR|FORCE_COLOR|CI|NODE_OPTIONS|COLUMNS|LINES|POSIXLY_CORRECT|GREP_OPTIONS|BASH_ENV|ENV|CDPATH|XDG_.*|SSH_.*|HAPROV_INVENTORY|HAPROV_STATS_PASSWORD)$/;
for (const name of Object.keys(process.env)) if (own.test(name)) delete process.env[name];

const common = {
  transform: {
    '\\.(sh|css|client\\.js)$': '<rootDir>/test/support/text-transform.cjs',
    '\\.(ts|mjs|js)$': ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2023' } }],
  },
  moduleNameMapper: { '^haprov$': '<rootDir>/src/index.ts' },
  transformIgnorePatterns: [
    '/node_modules/(?!listr2|eventemitter3|rfdc|colorette|cli-truncate|wrap-ansi|log-update|ansi-|string-width|strip-ansi|slice-ansi|is-fullwidth|get-east|emoji-regex|cli-cursor|restore-cursor|onetime|mimic-function|signal-exit|environment|age-encryption|@noble|@scure)',
  ],
  testEnvironment: 'node',
  globals: { __HAPROV_VERSION__: '0.0.0-test' },
};

/** Six rings of truth, each told by how a file's name ends; what begins nothing outside of itself needs no such end. */
const ring = (displayName, end, more = {}) => ({
  ...common,
  displayName,
  testMatch: [`<rootDir>/test/**/*${end}.test.ts`],
  ...more,
});

export default {
  // A test that waits for a process waits as long as a busy machine takes; one that never ends is still ended.
  testTimeout: 300_000,
  reporters: ['default', '<rootDir>/test/support/closing-line.cjs'],
  testSequencer: '<rootDir>/test/support/longest-first.cjs',
  projects: [
    ring('unit', '', {
      testPathIgnorePatterns: [
        '/node_modules/',
        '/test/integration/',
        '-sh\\.test\\.ts$',
        '\\.(loopback|browser|pty)\\.test\\.ts$',
      ],
      setupFilesAfterEnv: ['<rootDir>/test/support/unit-is-pure.ts'],
    }),
    ring('shell', '-sh', { globalSetup: '<rootDir>/test/support/shells-setup.ts' }),
    ring('loopback', '.loopback'),
    ring('browser', '.browser', { globalSetup: '<rootDir>/test/support/browser-setup.ts' }),
    ring('pty', '.pty', {
      globalSetup: '<rootDir>/test/support/pty-setup.ts',
      globalTeardown: '<rootDir>/test/support/pty-teardown.ts',
    }),
    ring('lab', '', {
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
      globalSetup: '<rootDir>/test/support/lab-setup.ts',
      globalTeardown: '<rootDir>/test/support/lab-teardown.ts',
      setupFilesAfterEnv: ['<rootDir>/test/support/lab-patience.ts'],
    }),
  ],
};
