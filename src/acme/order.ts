import { createPrivateKey, generateKeyPairSync, webcrypto, type X509Certificate } from 'node:crypto';
import { Agent, get } from 'node:https';
import { rootCertificates } from 'node:tls';
import { ExitCode, HaprovError } from '../errors';
import { requireMade } from './made';
import { type Problem, refusal } from './refusal';

// As big as half of haprov, so only who asks an authority loads it.
const library = (): typeof import('./library') => require('./library');

type Client = import('acme-client').Client;
type Authorization = import('acme-client').Authorization;

/** Whom to ask for a certificate, and what for. */
export interface Ordering {
  /** URL of the authority's directory. */
  directory: string;
  /** The account's private key, in PEM. */
  accountKey: string;
  email?: string | undefined;
  /** Who has signed the certificate of the authority's server, in PEM, beside those that Node knows. */
  ca?: string | undefined;
  names: readonly string[];
  challenge: 'http-01' | 'dns-01';
  /** Sets or removes a TXT record. */
  record(action: 'set' | 'remove', name: string, text: string): Promise<void>;
  tell(text: string): void;
  /** The variable that names a proxy, where one is set: the authority is asked directly all the same. */
  proxy?: string | undefined;
  signal?: AbortSignal | undefined;
}

export interface Issued {
  /** With its chain. */
  certificate: string;
  key: string;
}

/** Milliseconds for one answer of the authority. */
const answerMs = 30_000;

/** What the library's client has beside what its types say. */
interface WithHttp {
  http: { request(url: string, method: string, options?: object): Promise<Answer> };
}
interface Answer {
  status: number;
  data?: unknown;
  headers: Record<string, string | undefined>;
}

/**
 * Has an authority make a certificate, and its key here. What dns-01 has set is removed again, whatever comes.
 * @throws HaprovError with what the authority says, in plain words; `left` where the signal aborts
 */
export async function order(ordering: Ordering): Promise<Issued> {
  const { directory, names, email, signal, tell } = ordering;
  const { client, problem } = clientFor(ordering);
  try {
    signal?.throwIfAborted();
    await requireDirectory(ordering);
    await haveAccount(client, email);
    const made = await client.createOrder({
      identifiers: names.map((value) => ({ type: 'dns', value })),
    });
    for (const authorization of await client.getAuthorizations(made)) {
      signal?.throwIfAborted();
      if (authorization.status !== 'valid') await show(client, authorization, ordering);
    }
    const key = newKey();
    const [, request] = await library().crypto.createCsr(
      { commonName: shortest(names), altNames: [...names] },
      key,
    );
    const finished = await client.finalizeOrder(made, request);
    const who = new URL(directory).host;
    const certificate = requireMade(who, await client.getCertificate(finished), key);
    tell(`${who} has made a certificate for ${names.join(', ')}`);
    return { certificate, key };
  } catch (error) {
    if (error instanceof HaprovError && !signal?.aborted) throw error;
    if (signal?.aborted) throw new HaprovError(ExitCode.left, 'left while the authority was asked');
    // What the library makes of a connection that breaks.
    const said = error instanceof TypeError ? 'the connection to it broke' : (error as Error).message;
    throw refusal(directory, names, problem(), said);
  }
}

/** A common name has 64 characters at most. */
const shortest = (names: readonly string[]) => {
  const [first = ''] = names;
  return first.length <= 64 ? first : ([...names].sort((a, b) => a.length - b.length)[0] ?? first);
};

/** A private key such as browsers and HAProxy 1.5 take, in PEM. */
export const newKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
    .trim();

/** A client whose settings are its own, that never waits longer than it was told to, and that remembers what the authority said. */
function clientFor({ directory, accountKey, ca, signal }: Ordering): {
  client: Client;
  problem(): Problem | undefined;
} {
  const client = new (library().Client)({
    directoryUrl: directory,
    accountKey,
    backoffAttempts: 30,
    backoffMin: 1000,
    backoffMax: 5000,
  });
  const { http } = client as unknown as WithHttp;
  const ask = http.request.bind(http);
  const own = ca === undefined ? {} : { httpsAgent: new Agent({ ca: [...rootCertificates, ca] }) };
  let last: Problem | undefined;
  let isLeft = false;
  const wait = client.waitForValidStatus.bind(client);
  client.waitForValidStatus = (item) =>
    Promise.race([wait(item), left(signal)]).catch((error) => {
      isLeft = signal?.aborted ?? false;
      throw error;
    });
  http.request = async (url, method, options = {}) => {
    // While it waits it would try again for minutes, although nobody waits any more.
    if (isLeft) return new Promise<never>(() => {});
    // It would try again by itself after as long as the authority likes, which may be days.
    const answer = await ask(url, method, {
      ...options,
      ...own,
      // It would read HTTPS_PROXY of the process, which requireDirectory does not, and no caller has said.
      proxy: false,
      signal,
      timeout: answerMs,
      retryAttempt: Number.MAX_SAFE_INTEGER,
    });
    last = problemIn(answer);
    return answer;
  };
  return { client, problem: () => last };
}

/** Of an answer that is an error, or of an authorization, a challenge or an order that has one in it. */
function problemIn({ status, data, headers }: Answer): Problem | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  const retryAfter = headers['retry-after'];
  if (status >= 400) return { ...data, ...(retryAfter === undefined ? {} : { retryAfter }) };
  const { error, challenges } = data as { error?: Problem; challenges?: { error?: Problem }[] };
  return error ?? challenges?.find((one) => one.error)?.error;
}

/** The account of the key, made where there is none; its address of e-mail is what is said now. */
async function haveAccount(client: Client, email: string | undefined): Promise<void> {
  if (email !== undefined) {
    await client.createAccount({ termsOfServiceAgreed: true, contact: [`mailto:${email}`] });
    return;
  }
  // With nothing to change, the library would send an account that is there what no authority needs to take.
  const isThere = await client.createAccount({ onlyReturnExisting: true }).then(
    () => true,
    () => false,
  );
  if (!isThere) await client.createAccount({ termsOfServiceAgreed: true });
}

async function show(client: Client, authorization: Authorization, ordering: Ordering): Promise<void> {
  const { identifier, challenges } = authorization;
  const challenge = challenges.find(({ type }) => type === ordering.challenge);
  if (!challenge)
    throw new HaprovError(
      ExitCode.failed,
      `the authority does not offer ${ordering.challenge} for ${identifier.value}, only ${challenges.map(({ type }) => type).join(', ')}`,
      'say another challenge in tls.acme',
    );
  const answer = await client.getChallengeKeyAuthorization(challenge);
  const record = `_acme-challenge.${identifier.value}`;
  const isRecord = ordering.challenge === 'dns-01';
  try {
    if (isRecord) await ordering.record('set', record, answer);
    await client.completeChallenge(challenge);
    await client.waitForValidStatus(challenge);
  } finally {
    if (isRecord)
      await ordering.record('remove', record, answer).catch((error: Error) => ordering.tell(error.message));
  }
  ordering.tell(`${identifier.value}: the authority has seen that it is ours`);
}

/** Fails when the signal aborts. */
const left = (signal: AbortSignal | undefined): Promise<never> =>
  new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/** Whether an authority answers there; the library tells nobody why not. @throws HaprovError */
function requireDirectory({ directory, ca, signal, proxy }: Ordering): Promise<void> {
  const who = new URL(directory).host;
  return new Promise((resolve, reject) => {
    const fail = (message: string, hint: string) => {
      clearTimeout(timer);
      reject(new HaprovError(ExitCode.failed, `the authority ${who} ${message}`, hint));
    };
    const asked = get(
      directory,
      {
        agent: false,
        ...(ca === undefined ? {} : { ca: [...rootCertificates, ca] }),
        ...(signal ? { signal } : {}),
      },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part: string) => {
          text = (text + part).slice(0, 100_000);
        });
        answer.on('error', (error) => fail(`is not reached: ${error.message}`, 'try again'));
        answer.on('end', () => {
          clearTimeout(timer);
          if (answer.statusCode === 200 && /"newOrder"/.test(text)) resolve();
          else
            fail(
              `has no ACME directory at ${directory} (status ${answer.statusCode})`,
              'look at acme.directory',
            );
        });
      },
    );
    // For all of the answer: one may come without end.
    const timer = setTimeout(
      () => asked.destroy(new Error(`no whole answer within ${answerMs / 1000} s`)),
      answerMs,
    );
    asked.on('error', ({ message, code }: NodeJS.ErrnoException) =>
      fail(
        `is not reached: ${message || code}`,
        /CERT|SIGNED|ALTNAME/.test(code ?? '')
          ? 'where its certificate is of an authority of your own, name that in acme.ca'
          : proxy === undefined
            ? 'look at acme.directory, and whether this machine gets there'
            : `${proxy} is set, and haprov asks an authority directly, through no proxy: run it where the authority is reached, or let another program renew, and roll out what it has made (haprov certificates renew without acme)`,
      ),
    );
  });
}

/** Days that a placeholder lasts. */
const placeholderDays = 60;

/** Whose a placeholder is, by its subject. */
const placeholderOf = 'haprov placeholder';

/** Whether a certificate only stands for one that is not there yet. */
export const isPlaceholder = ({ subject }: Pick<X509Certificate, 'subject'>): boolean =>
  subject.split('\n').includes(`O=${placeholderOf}`);

/** A certificate for the time until there is one: self-signed, so that clients refuse it and HAProxy starts. */
export async function placeholder(names: readonly string[]): Promise<Issued> {
  const key = newKey();
  const { X509CertificateGenerator, SubjectAlternativeNameExtension } = library().x509;
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
  const privateKey = await webcrypto.subtle.importKey('pkcs8', der, algorithm, true, ['sign']);
  const { d: _, key_ops: __, ...jwk } = await webcrypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await webcrypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']);
  const made = await X509CertificateGenerator.createSelfSigned(
    {
      name: [{ O: [placeholderOf] }, { CN: [shortest(names)] }],
      notAfter: new Date(Date.now() + placeholderDays * 24 * 3600 * 1000),
      signingAlgorithm: algorithm,
      keys: { privateKey, publicKey },
      extensions: [new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns', value })))],
    },
    webcrypto as Parameters<typeof X509CertificateGenerator.createSelfSigned>[1],
  );
  return { certificate: made.toString('pem').trim(), key };
}
