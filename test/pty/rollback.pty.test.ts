import { Hosts } from './hosts';

let hosts: Hosts;
beforeEach(async () => {
  hosts = await Hosts.start('fred');
});
afterEach(() => hosts.close());

const said = async (words: string) => {
  const run = hosts.run(words);
  const { code } = await run.ended;
  return { code, text: run.everything.join(' ').replace(/\s+/g, ' ') };
};

test('where the newest run left nothing that could be taken back, it says so, and how to go further back', async () => {
  // What the hosts lack from the beginning.
  expect(await said('apply inventory.json --yes --steady 0')).toMatchObject({ code: 0 });
  const fred = hosts.boxes.get('fred');
  if (!fred) throw new Error('no host');
  hosts.wants({
    type: 'command',
    run: `touch ${fred.host}/srv/done`,
    unless: `test -e ${fred.host}/srv/done`,
  });
  expect(await said('apply inventory.json --yes --steady 0')).toMatchObject({ code: 0 });
  expect(await said('rollback inventory.json --yes')).toEqual({
    code: 0,
    text: expect.stringMatching(
      /nothing to undo: what \S+ did, the newest run that has finished, stays; haprov rollback --to RUN takes back all after RUN \(haprov log lists them\)/,
    ),
  });
});

test('where no run has finished, it says that', async () => {
  expect(await said('rollback inventory.json --yes')).toEqual({
    code: 0,
    text: expect.stringContaining('nothing to undo: no run that could be undone has finished on these hosts'),
  });
});
