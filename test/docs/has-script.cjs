// npm, as far as documents call it: `run NAME` and its short names are to be scripts of the package.
const { scripts } = require(process.argv[2]);
const [command, name] = process.argv.slice(3);
const known = ['ci', 'cit', 'pack', 'install'];
process.exit(known.includes(command) || (command === 'test' ? scripts.test : command === 'run' && scripts[name]) ? 0 : 2);
