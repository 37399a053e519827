import type { HostSecrets } from '../../src/plan/secret-texts';
import { SecretLines } from '../../src/resources/secret-lines';

/** What is secret on a host; by default nothing. */
export const hostSecrets = (given: Partial<HostSecrets> = {}): HostSecrets => ({
  mask: (text) => text,
  lines: new SecretLines(),
  find: () => [],
  isPast: false,
  ...given,
});
