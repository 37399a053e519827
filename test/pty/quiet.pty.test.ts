import { execFile } from 'node:child_process';
import { Hosts } from './hosts';

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
});
afterEach(() => hosts.close());

const said = (words: string) =>
  new Promise<string>((done) => {
    const [line = '', ssh = ''] = hosts.commandLine(words).split(/(?= --ssh-config )/);
    execFile('sh', ['-c', `exec ${line}${ssh}`], { cwd: hosts.folder }, (_, stdout) => done(stdout));
  });

test.each([
  ['status -q inventory.json', /fred/],
  ['status -q inventory.json --format nagios', /^HAPROV [A-Z]+ - ./],
])('%s: what was asked for is no progress', async (words, answer) => {
  expect(await said(words)).toMatch(answer);
});
