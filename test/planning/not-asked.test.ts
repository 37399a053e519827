import { HostError } from '../../src/errors';
import { notAsked } from '../../src/planning/hosts';

test('what to do is one sentence, whoever says a part of it', () => {
  const failures = [
    { name: 'a', error: new HostError('a', 'there is no route', 'Check the network.') },
    { name: 'b', error: new HostError('b', 'it does not answer') },
  ];
  expect(notAsked(failures, 'nothing was written')).toMatchObject({
    message: 'a: there is no route\nb: it does not answer',
    hint: 'Check the network; nothing was written',
  });
  expect(notAsked([])).toBeUndefined();
});
