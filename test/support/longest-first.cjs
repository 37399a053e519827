const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest begins first, also where nothing is known of earlier times yet: workers then end together. */
const longest = [
  ...['cut-points', 'chaos', 'rolling', 'drill', 'combinations', 'status', 'firewall', 'setups', 'examples'].map(
    (suite) => `integration/${suite}`,
  ),
  ...['host/power-loss-sh', 'inventory/hostile-sh', 'model/nothing-lost', 'patch/roll.test', 'lint/lint.test'],
  ...['docs/site.browser', 'host/ssh-matrix', 'pty/questions'],
];
// What other people's configurations leave on a lab, nobody else is to find there.
const last = ['adopted-first', 'adopted-last', 'adopted-model'].map((suite) => `integration/${suite}`);

const place = ({ path }) => {
  const at = (suites) => suites.findIndex((suite) => path.includes(`/${suite}`));
  if (at(last) >= 0) return longest.length + 1 + at(last);
  return at(longest) < 0 ? longest.length : at(longest);
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
};
