import { type Asking, handshake } from '../certificates/handshake';
import { judgeCertificates } from '../certificates/judge';
import { listCertificates, namesToAsk } from '../certificates/list';
import { certificatesQuestion, readHostCertificates, readSeen, seeScript } from '../certificates/on-host';
import type { CertificatesReport, Known, Look } from '../certificates/report';
import type { HaprovError } from '../errors';
import { holds } from '../host/facts';
import { messageWithoutHost } from '../host/script-result';
import { type Survey, survey } from '../host/survey';
import { Turns } from '../host/turns';
import { canonical } from '../inventory/address';
import { placeText } from '../inventory/endpoints';
import type { Host, Inventory } from '../inventory/inventory';
import { certificatesIn } from '../lint/certificate-expires';
import { connectFirst } from '../planning/connect-first';
import type { CommonOptions, Context } from '../planning/context';
import { desiredStateOf } from '../planning/desired-state';
import { readinessOf } from '../planning/host-plan';
import { listenerFor, notAsked, selectHosts, toTarget } from '../planning/hosts';
import { endsWithinMs } from '../planning/planning';
import { eachText } from '../text/each-text';

export type {
  CertificateFinding,
  CertificateOnHost,
  CertificatesReport,
  ListedCertificate,
  Shown,
} from '../certificates/report';

export interface CertificatesOptions extends CommonOptions {
  /** How many days before its end a certificate is told of; 30 where it is not said. */
  within?: number;
}

/** `failure` where not all hosts could be asked. */
export interface Certificates {
  report: CertificatesReport;
  failure?: HaprovError;
}

/**
 * Every certificate of the pair: as the inventory wants it, as it lies on each host and is loaded there, and as a TLS handshake at
 * each endpoint shows it, made from here or, where nobody is reached, from a host. Changes nothing.
 */
export async function certificates(options: CertificatesOptions, context: Context): Promise<Certificates> {
  const { known, failure, mask } = await lookAtCertificates(options, context);
  return { report: eachText(judgeCertificates(known), mask), ...(failure ? { failure } : {}) };
}

/** As {@link certificates}, before it is judged. */
export async function lookAtCertificates(
  options: CertificatesOptions,
  context: Context,
): Promise<{ known: Known; failure?: HaprovError; mask(text: string): string }> {
  return connectFirst(options, context, async ({ begun, loaded }) => {
    // Given by `connectFirst`.
    const { inventory, wanted } = desiredStateOf(loaded as Inventory);
    const balances = ({ name }: Host) =>
      [...wanted].some(
        ([host, resources]) => host.name === name && readinessOf(inventory, host, resources, []).balances,
      );
    const chosen = selectHosts(inventory, options.limit).filter(balances);
    const targets = chosen.map((host) => ({
      target: begun?.get(host.name) ?? toTarget(host, options, context),
      questions: [certificatesQuestion],
    }));
    const surveyed = await survey(targets, listenerFor(context));
    try {
      const known: Omit<Known, 'looks'> = {
        inventory,
        written: (path) => path.reduce<unknown>(step, inventory.document.value),
        hosts: surveyed.hosts.map(({ name, answers }) => ({
          host: name,
          found: readHostCertificates(answers.of(certificatesQuestion.id)),
        })),
        within: options.within ?? 30,
        now: new Date(),
      };
      const looks = await lookEverywhere(inventory, known, surveyed, context);
      const failure = notAsked(surveyed.failures);
      return {
        known: { ...known, looks },
        mask: (text) => inventory.secrets.mask(text),
        ...(failure ? { failure } : {}),
      };
    } finally {
      surveyed.close();
    }
  });
}

const step = (node: unknown, key: string | number): unknown =>
  typeof node === 'object' && node !== null ? (node as Record<string | number, unknown>)[key] : undefined;

/** For one handshake. */
const handshakeMs = 5000;

type Place = Omit<Asking, 'name'> & { service: string; by?: string };

/** Where clients speak TLS with HAProxy; what is on every address is asked at each host and each VIP that they may hold. */
function placesOf({ services, hosts, vips }: Inventory, surveyed: Survey): Place[] {
  const isAsked = ({ name }: Host) => surveyed.hosts.some((one) => one.name === name);
  const all = [
    ...hosts.filter(isAsked).map(({ address }) => address),
    ...vips
      .filter(({ members }) => members.some(({ host }) => isAsked(host)))
      .flatMap(({ addresses }) => addresses.map(({ address }) => address)),
  ];
  return services.flatMap(({ name: service, endpoints, proxyProtocol }) =>
    endpoints
      .filter(({ tls, udp }) => tls && !udp)
      .flatMap(({ address: said, port }) =>
        (said === '*' ? all : [said]).map((address) => ({ address, port })),
      )
      .map((at): Place => {
        const own = hosts.find(({ address }) => address === at.address);
        const [by, ...others] = own
          ? [own]
          : surveyed.hosts.filter(({ facts }) => holds(facts, canonical(at.address)));
        const holder = by && others.length === 0 ? { by: by.name } : {};
        return { service, isProxied: proxyProtocol.accept, ...at, ...holder };
      }),
  );
}

async function lookEverywhere(
  inventory: Inventory,
  known: Omit<Known, 'looks'>,
  surveyed: Survey,
  context: Context,
): Promise<Look[]> {
  const listed = listCertificates(known);
  const turns = new Turns(8);
  const looks = await Promise.all(
    placesOf(inventory, surveyed).map(async (place) => {
      const end = await turns.take();
      try {
        const names = namesToAsk(place.service, listed);
        return (
          (await lookFromHere(place, names, context)) ?? (await lookFromHost(place, names, surveyed, context))
        );
      } finally {
        end();
      }
    }),
  );
  return looks.flat();
}

/** Nothing where nobody is reached from here. */
async function lookFromHere(
  place: Place,
  names: readonly string[],
  { stopping }: Context,
): Promise<Look[] | undefined> {
  const looks: Look[] = [];
  for (const name of [undefined, ...names]) {
    const asking = { ...place, ...(name === undefined ? {} : { name }) };
    const seen = await handshake(asking, handshakeMs, stopping);
    if ('isUnreached' in seen && seen.isUnreached && looks.length === 0) return undefined;
    looks.push({ ...asking, from: 'here', ...seen });
  }
  return looks;
}

async function lookFromHost(
  place: Place,
  names: readonly string[],
  { hosts }: Survey,
  context: Context,
): Promise<Look[]> {
  const host = hosts.find(({ name }) => name === place.by) ?? hosts[0];
  const failed = (error: string): Look[] => [{ ...place, from: host?.name ?? 'here', error }];
  if (!host) return failed('nobody is reached there from here');
  if (place.isProxied) return failed('it wants the PROXY protocol, and is not reached from here');
  const at = placeText(place);
  const asked = [undefined, ...names].map((name) => ({ place: at, ...(name === undefined ? {} : { name }) }));
  const script = seeScript(asked);
  context.emit({ type: 'command', host: host.name, script });
  try {
    const { stdout } = await host.connection.runScript(script, {
      to: 'see which certificates are shown',
      timeoutMs: endsWithinMs + asked.length * handshakeMs,
    });
    const seen = readSeen(stdout);
    if (!seen) return failed(`not reached from here, and ${host.name} has no openssl to look with`);
    return asked.map(({ name }): Look => {
      const [certificate] = certificatesIn(seen.get(`${at}=${name ?? ''}`) ?? '');
      const look = { ...place, ...(name === undefined ? {} : { name }), from: host.name };
      return certificate ? { ...look, certificate } : { ...look, error: 'no handshake came to its end' };
    });
  } catch (error) {
    return failed(messageWithoutHost(error as HaprovError));
  }
}
