import { Command, CommanderError } from 'commander';
import { hostOptions, rolloutOptions } from '../../src/cli/options';
import { ranges, wholeNumbers } from '../../src/ranges';

const dashed = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** What the command line makes of a number. */
function said(name: string, number: number): unknown {
  const command = rolloutOptions(hostOptions(new Command()))
    .exitOverride()
    .configureOutput({ writeErr() {} });
  return command.parse([dashed(name), String(number)], { from: 'user' }).opts()[name];
}

/** The library refuses the same ones: test/library/library.loopback.test.ts. */
test.each(['answerWithin', 'confirmWithin', 'giveUpAfter', 'port', 'probeInterval', 'steady'] as const)(
  'the command line takes %s from the least to the most, and a fraction where there is one',
  (name) => {
    const [least, most] = ranges[name];
    expect([said(name, least), said(name, most)]).toEqual([least, most]);
    expect(() => said(name, least - 1)).toThrow(CommanderError);
    expect(() => said(name, most + 1)).toThrow(CommanderError);
    if (wholeNumbers.includes(name)) expect(() => said(name, least + 0.5)).toThrow(CommanderError);
    else expect(said(name, least + 0.5)).toBe(least + 0.5);
  },
);
