import type { Client, ParsedKey, SigningRequestOptions } from 'ssh2';
import type { Sign } from './authentication';

/*
 * ssh2 waits for an answer wherever the protocol lets one come. Here a client of it goes on where the answer cannot change
 * what it says next: each wait is a round trip, a tenth of a second over many a VPN. ssh2 has no door for this, so methods
 * of its inner objects are replaced; test/host/round-trips.loopback.test.ts holds that they are still the right ones.
 */

type Inside = {
  _protocol: {
    service(name: string): void;
    authPK(user: string, key: ParsedKey, algorithm?: string, sign?: CallbackSign): void;
    _handlers: {
      SERVICE_ACCEPT(protocol: unknown, name: string): void;
      EXT_INFO(protocol: unknown, extensions: unknown): void;
      USERAUTH_FAILURE(protocol: unknown, methods: string[], isPartial: boolean): void;
      GLOBAL_REQUEST(protocol: unknown, name: string, wantsReply: boolean, data: unknown): void;
    };
  };
};
type CallbackSign = (data: Buffer, send: (signature: Buffer) => void) => void;

const HASHES: Record<string, NonNullable<SigningRequestOptions['hash']>> = {
  'rsa-sha2-256': 'sha256',
  'rsa-sha2-512': 'sha512',
  'ssh-rsa': 'sha1',
};

/**
 * Lets a client that has just been told to connect wait for less:
 * - The first attempt to log in goes out with the wish to log in, where the server has said which signatures it takes.
 * - A key of `signers` comes with its signature, without a question whether the server would take it.
 * - The server is not asked to prove the other host keys that it tells of, which nobody wants to know.
 * @param onFailure gets each refusal as the server says it: the methods that may go on, and whether one factor was taken
 * @param onSigned is called when a key has been sent with its signature, to a server that has said which signatures it takes
 */
export function withFewerTrips(
  client: Client,
  signers: ReadonlyMap<ParsedKey, Sign>,
  onFailure: (methods: string[], isPartial: boolean) => void,
  onSigned: () => void,
): void {
  const { _protocol: protocol } = client as unknown as Inside;
  const { service, authPK, _handlers: handlers } = protocol;
  const { SERVICE_ACCEPT, EXT_INFO, USERAUTH_FAILURE, GLOBAL_REQUEST } = handlers;

  let knowsSignatures = false;
  let isAhead = false;
  handlers.EXT_INFO = (_, extensions) => {
    knowsSignatures = true;
    EXT_INFO(protocol, extensions);
  };
  protocol.service = (name) => {
    service.call(protocol, name);
    // What the server said together with its keys is read by then.
    process.nextTick(() => {
      if (!knowsSignatures) return;
      isAhead = true;
      SERVICE_ACCEPT(protocol, name);
    });
  };
  handlers.SERVICE_ACCEPT = (_, name) => {
    if (!isAhead) SERVICE_ACCEPT(protocol, name);
  };
  handlers.USERAUTH_FAILURE = (_, methods, isPartial) => {
    onFailure(methods, isPartial);
    USERAUTH_FAILURE(protocol, methods, isPartial);
  };
  handlers.GLOBAL_REQUEST = (_, name, wantsReply, data) =>
    GLOBAL_REQUEST(protocol, name === 'hostkeys-00@openssh.com' ? 'left' : name, wantsReply, data);

  protocol.authPK = (user, key, algorithm, sign) => {
    const now = sign ? undefined : signers.get(key);
    if (!now) return authPK.call(protocol, user, key, algorithm, sign);
    authPK.call(protocol, user, key, algorithm, (data, send) => {
      const hash = HASHES[algorithm ?? ''];
      now(data, hash ? { hash } : {})
        .catch((error: Error) => error)
        .then((signature) => {
          if (!(signature instanceof Error)) {
            send(signature);
            // Which server says it is not older than those that were tried.
            return knowsSignatures ? onSigned() : undefined;
          }
          client.emit('error', Object.assign(signature, { level: 'agent' }));
          USERAUTH_FAILURE(protocol, [], false);
        })
        .catch((error: Error) => client.emit('error', error));
    });
  };
}
