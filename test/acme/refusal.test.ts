import { refusal } from '../../src/acme/refusal';

const said = (type: string | undefined, more: object = {}) =>
  refusal(
    'https://acme.example/directory',
    ['a.example', 'b.example'],
    type === undefined
      ? undefined
      : { type: `urn:ietf:params:acme:error:${type}`, detail: 'its own words', ...more },
    'the library’s words',
  );

test('a rate limit: what it is, until when, and what to do meanwhile', () => {
  expect(said('rateLimited', { retryAfter: 'Thu, 26 Nov 2026 22:10:00 GMT' })).toMatchObject({
    message:
      'the authority acme.example has made as many certificates, or refused as many orders, as it does for now (not before 2026-11-26 22:10 UTC), so there is no certificate for a.example, b.example: its own words',
    hint: expect.stringContaining('--staging'),
  });
  expect(said('rateLimited', { retryAfter: '3600' }).message).toMatch(
    /not before 20\d\d-\d\d-\d\d \d\d:\d\d UTC/,
  );
  expect(said('rateLimited', { retryAfter: 'later' }).message).toContain('(not before later)');
});

test.each([
  ['connection', 'did not reach us for its challenge', 'firewalls'],
  ['dns', 'found no address', 'DNS'],
  ['caa', 'a CAA record says so', 'CAA record'],
  ['rejectedIdentifier', 'makes no certificate for such a name', 'public names'],
  ['externalAccountRequired', 'external account binding', 'Let’s Encrypt'],
  ['somethingNew', 'refuses', 'see what it says'],
])('%s', (type, message, hint) => {
  const error = said(type);
  expect(error.message).toContain(message);
  expect(error.message).toContain(': its own words');
  expect(error.hint).toContain(hint);
});

test('names of an order that are refused by themselves', () => {
  const subproblems = [{ identifier: { value: 'b.example' }, detail: 'on a list' }, {}];
  expect(said('rejectedIdentifier', { subproblems }).message).toMatch(
    /its own words; b\.example: on a list; a name: refused$/,
  );
});

test('an error that the authority has not explained', () => {
  expect(said(undefined).message).toBe(
    'the authority acme.example refuses, so there is no certificate for a.example, b.example: the library’s words',
  );
});
