import { flag, integer, object, text } from '../../document/fields';

const expression = () =>
  text(
    'an expression of HAProxy without blanks, such as "src" or "req.cook(ID)", at most 200 long',
    /^(?=.{1,200}$)[a-z][A-Za-z0-9_.]*(?:\([A-Za-z0-9_.:,-]*\))?(?:,[a-z][A-Za-z0-9_.]*(?:\([A-Za-z0-9_.:,-]*\))?)*$/,
  );

export const stick = object({
  on: expression()
    .default('src')
    .describe(
      'What a client is known by. src: its address; req.cook(NAME), req.hdr(NAME), or any other expression of HAProxy.',
    ),
  size: integer(1, 100_000_000, 'clients').default(100_000).describe('How many are remembered.'),
  expire: integer(1, 31_536_000, 'seconds')
    .default(1800)
    .describe('For how many seconds after they were last seen.'),
  peers: flag()
    .default(true)
    .describe(
      'The balancers tell each other, and a reload keeps what is remembered (HAProxy 2.2). false: each reload and failover forgets all.',
    ),
});
