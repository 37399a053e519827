const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest begins first, also where nothing is known of earlier times yet: labs then end together. */
const longest = ['cut-points', 'adopted-first', 'adopted-last', 'chaos', 'rolling', 'drill', 'combinations', 'status', 'firewall', 'examples'];
const place = ({ path }) => {
  const found = longest.findIndex((name) => path.includes(`/integration/${name}`));
  return found < 0 ? longest.length : found;
};

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
};
