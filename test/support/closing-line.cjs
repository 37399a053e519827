// The runner's own result in one plain line, the last that is printed.
module.exports = class ClosingLine {
  onRunComplete(_contexts, result) {
    const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
    const skipped = result.numPendingTests + result.numTodoTests;
    process.on('exit', () => process.stdout.write(`${result.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`));
  }
};
