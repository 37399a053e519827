/** The key of a host of which known_hosts has none. */
export interface NewHostKey {
  /** haprov's name of the host; for a jump host on the way there, it says so. */
  host: string;
  /** As known_hosts names it: `web1`, or `[web1]:2222`. */
  address: string;
  /** As `ssh-keygen -l` names it: `ED25519`, `ECDSA`, `RSA`. */
  type: string;
  /** `SHA256:…`, as `ssh-keygen -l` prints it. */
  fingerprint: string;
  /** The known_hosts file to which it is written; absent where the config names none, or only OpenSSH knows it. */
  file?: string | undefined;
}

/** Says whether a host's first key is taken, and written to known_hosts. A changed key is never asked about. */
export type AskHostKey = (key: NewHostKey) => Promise<boolean>;
