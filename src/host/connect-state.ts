import type { Tries } from './authentication';
import type { SshSettings } from './ssh-config';

/** How far the connection had come when it failed. */
export interface ConnectState {
  host: string;
  settings: SshSettings;
  credentials?: Tries;
  /** The login methods that the server accepts. */
  serverMethods?: readonly string[];
  /** What the server said before the first line of SSH, or in place of it. */
  firstWords?: string;
  /** When that line came; by `performance.now()`. */
  heardAt?: number;
  /** The host's login banner: a notice, or why nobody may log in. */
  banner?: string;
  /** Whether a person could be asked; by the credentials where those are known. */
  canAsk?: boolean;
  /** The host took one factor, and wants another. */
  isHalfIn?: boolean;
  /** The file of the certificate that was offered, or `-` for the agent's. */
  certificate?: string;
  /** What a proxy wrote to stderr. */
  complaint?: string;
}
