// Shell sources are imported as text, as the bundler does it.
module.exports = { process: (source) => ({ code: `module.exports = { __esModule: true, default: ${JSON.stringify(source)} };` }) };
