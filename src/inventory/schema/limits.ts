import * as z from 'zod';
import { integer, object } from '../../document/fields';
import { pathStart } from './words';

/** What one address of a client may take; each balancer counts by itself. */
export const limits = object({
  rate: object({
    requests: integer(1, 1_000_000, 'requests').describe('How many requests.'),
    seconds: integer(1, 86_400, 'seconds').describe('Over how many seconds requests are counted.'),
    path: pathStart().optional().describe('Only requests whose path begins so count, and are refused.'),
    status: z
      .literal([429, 403, 503], { error: 'one of: 429, 403, 503' })
      .default(429)
      .describe('What is answered to more than that.'),
  })
    .optional()
    .describe('How many requests in how many seconds (http only).'),
  connections: integer(1, 1_000_000)
    .optional()
    .describe('How many connections at once; more are hung up on.'),
});
