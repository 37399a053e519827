import { Sandbox } from './sandbox';
test('try', async () => {
  const box = new Sandbox();
  box.write('a', 'old\n');
  const steps = await box.steps({ type: 'file', path: box.path('a'), content: 'new\n', owner: 'root', group: 'root' } as { type: string });
  console.log(steps);
  const before = box.tree();
  console.log(await box.stage([...steps, { phase: 'commit', check: 'false', run: ':' }]), box.lock, box.state());
  expect(box.tree()).toEqual(before);
  const t = Date.now();
  console.log(await box.apply(steps, 'run2'), box.tree(), Date.now() - t);
  console.log(await box.go('finish', 'run2'), box.tree(), box.lock);
});
