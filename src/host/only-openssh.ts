import { HostError } from '../errors';

/** ssh2 cannot log in at the host, and the user's own `ssh` may. */
export class OnlyOpenSsh extends HostError {
  /** @param error what to tell where `ssh` is not asked */
  constructor(
    host: string,
    readonly why: string,
    error?: HostError,
  ) {
    super(host, error ? error.message.replace(`${host}: `, '') : why, error?.hint);
  }
}
