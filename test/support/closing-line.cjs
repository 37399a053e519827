const { appendFileSync } = require('node:fs');
const { relative } = require('node:path');

/** One line for each test that failed, and for each suite that did not run: ring, suite, test, first line of why. */
const failures = ({ testResults }) =>
  testResults.flatMap(({ testFilePath, displayName, testResults: tests, testExecError }) => {
    const suite = `${displayName?.name ?? 'ring'} ${relative(process.cwd(), testFilePath)}`;
    const failed = tests
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${suite}: ${fullName}: ${String(failureMessages[0]).split('\n')[0]}`);
    return testExecError ? [...failed, `${suite}: did not run: ${testExecError.message?.split('\n')[0]}`] : failed;
  });

// The runner's own result in one plain line, the last that is printed. What failed is added to the file that test/rings asks for.
module.exports = class ClosingLine {
  onRunComplete(_contexts, result) {
    const { HAPROV_FAILED_TESTS: file } = process.env;
    if (file) appendFileSync(file, failures(result).map((line) => `${line}\n`).join(''));
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    process.on('exit', () => process.stdout.write(`${result.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`));
  }
};
