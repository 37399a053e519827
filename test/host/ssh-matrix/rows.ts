import type { Group } from './row';
import { agents } from './rows/agents';
import { algorithms } from './rows/algorithms';
import { certificates } from './rows/certificates';
import { connection } from './rows/connection';
import { hostKeys } from './rows/host-keys';
import { jumps } from './rows/jumps';
import { keys } from './rows/keys';
import { login } from './rows/login';
import { names } from './rows/names';
import { seldom } from './rows/seldom';
import { tokens } from './rows/tokens';

/** The whole matrix, as docs/ssh.md shows it. */
export const matrix: readonly Group[] = [
  names,
  keys,
  agents,
  certificates,
  tokens,
  hostKeys,
  jumps,
  algorithms,
  login,
  connection,
  seldom,
];
