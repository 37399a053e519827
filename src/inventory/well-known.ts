/** Passwords that everybody tries first: of examples, of packages, of lists. */
const wellKnown = new Set([
  '1111',
  '1234',
  '12345',
  '123456',
  '12345678',
  'admin',
  'changeme',
  'default',
  'haproxy',
  'keepalived',
  'keepaliv',
  'pass',
  'passw0rd',
  'password',
  'root',
  'secret',
  'stats',
  'test',
  'vrrp',
]);

/** Whether a password keeps nobody out: one that is tried first, or the name of its own user. */
export const isWellKnown = (password: string, user?: string) =>
  wellKnown.has(password.toLowerCase()) || password === user;
