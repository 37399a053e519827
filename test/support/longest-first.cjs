const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest begins first, also where nothing is known of earlier times yet: labs then end together. */
const longest = ['cut-points', 'chaos', 'rolling', 'drill', 'combinations', 'status', 'firewall', 'setups', 'examples'];
const last = ['adopted-first', 'adopted-last', 'adopted-model'];
const place = ({ path }) => {
  const at = (names) => names.findIndex((name) => path.includes(`/integration/${name}`));
  // What other people's configurations leave on a lab, nobody else is to find there.
  if (at(last) >= 0) return longest.length + 1 + at(last);
  return at(longest) < 0 ? longest.length : at(longest);
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
};
