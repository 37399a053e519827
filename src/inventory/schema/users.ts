import type * as z from 'zod';
import { name, object, record, text } from '../../document/fields';
import { brief } from './words';

/** crypt(3): $id$… */
const hash = () =>
  text('a password as crypt(3) writes it, such as $6$…', /^\$[0-9a-z]{1,3}\$[A-Za-z0-9./$=,+-]{10,200}$/);

const user = object({
  password: brief('a password without control characters')
    .optional()
    .describe('From { "env": NAME } or the like.'),
  hash: hash()
    .optional()
    .describe('Instead of the password: what mkpasswd or openssl passwd -6 makes of it.'),
}).refine(({ password, hash }) => (password === undefined) !== (hash === undefined), {
  error: 'exactly one of password, hash',
});

const userName = () =>
  text(
    'a user name without white space, ":" and quotes, at most 63 long',
    /^[^\s:"'\\#$\u0000-\u001f\u007f-\u009f]{1,63}$/,
  );

/** Lists of users, by the name that a service's `auth` says. */
export const users = record(
  name(),
  record(userName(), user, 'an object of user: { "password": … }'),
  'an object of list: { user: … }',
);

export const auth = object({
  users: name().describe('A list of haproxy.users.'),
  realm: brief('a title without control characters')
    .default('Restricted')
    .describe('What browsers ask for it by.'),
});

export type Users = z.output<typeof users>;
