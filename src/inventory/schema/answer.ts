import * as z from 'zod';
import { integer, multiline, object, text } from '../../document/fields';

/** What HAProxy answers by itself, where no server is asked. */
export const answer = z.union(
  [
    object({
      metrics: z
        .literal(true, { error: 'true' })
        .describe('HAProxy’s own figures, as Prometheus reads them.'),
    }),
    object({
      status: integer(200, 599, 'an HTTP status').describe('The HTTP status of the answer.'),
      body: multiline('a text of at most 1000 characters')
        .max(1000, { error: 'a text of at most 1000 characters' })
        .optional()
        .describe('The text of the answer.'),
      type: text(
        'a media type such as "text/plain"',
        /^[A-Za-z0-9.+-]+\/[A-Za-z0-9.+-]+(?:;[ ]?charset=[A-Za-z0-9-]+)?$/,
      )
        .default('text/plain')
        .describe('The Content-Type of the body.'),
    }),
  ],
  { error: '{ "metrics": true }, or { "status": 200, "body": "…" }' },
);
