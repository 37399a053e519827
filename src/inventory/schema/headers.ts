import { list, object, record, text } from '../../document/fields';

const header = () =>
  text('a header’s name: letters, digits, "-" and "_"', /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,98}[A-Za-z0-9])?$/);

/** HAProxy's log format: a word behind "%" is one of its variables. */
const value = () =>
  text(
    'a value of one line, at most 400 long, in which "%%" is a percent sign and %[…] an expression of HAProxy',
    /^(?:[^%\u0000-\u001f\u007f-\u009f\u2028\u2029]|%%|%\[[A-Za-z0-9_.,:()-]+\]){1,400}$/,
  );

const changes = object({
  set: record(header(), value(), 'an object of header: value')
    .default({})
    .describe('In place of what may be there. %[src] is the client’s address, %% a percent sign.'),
  add: record(header(), value(), 'an object of header: value')
    .default({})
    .describe('Beside what may be there.'),
  remove: list(header(), 'a list of headers').default([]).describe('Headers that are taken away.'),
});

export const headers = object({
  request: changes.prefault({}).describe('Of what the servers are asked.'),
  response: changes.prefault({}).describe('Of what clients are answered.'),
});
