import type { Document } from '../document/document';
import { referenceIn } from '../inventory/sources';

type Node = Record<string, unknown>;

const isElsewhere = (value: unknown) => typeof value === 'object' && value !== null && !!referenceIn(value);
const mapped = (node: unknown, change: (node: Node) => Node): unknown =>
  typeof node === 'object' && node !== null && !Array.isArray(node) ? change(node as Node) : node;
const within = (node: Node, key: string, change: (node: Node) => Node): Node =>
  key in node ? { ...node, [key]: mapped(node[key], change) } : node;

/** Without what no picture shows and a reference has: what stands for its value would be no address, key or certificate. */
export const withoutUndrawn = (document: Document): Document => ({
  ...document,
  value: mapped(document.value, ({ hooks: _, acme: __, ...value }) =>
    within(value, 'services', (services) =>
      Object.fromEntries(
        Object.entries(services).map(([name, service]) => [name, mapped(service, withoutCertificates)]),
      ),
    ),
  ),
});

const withoutCertificates = (service: Node): Node =>
  within(
    within(within(service, 'tls', ofClients), 'backends', (backends) => within(backends, 'tls', ofServers)),
    'check',
    (check) => within(check, 'tls', ofServers),
  );

const ofServers = ({ ca, ...tls }: Node): Node =>
  ca === undefined || isElsewhere(ca) ? tls : { ca, ...tls };

/** A folder of certificates stands for those that are left out: it says that there is TLS. */
function ofClients({ acme: _, certificate, key, ...tls }: Node): Node {
  const isOpen = (pair: unknown) => !Object.values(Object(pair)).some(isElsewhere);
  const own = Object.entries({ certificate, key }).filter(([, value]) => value !== undefined);
  const { certificates, ...more } = tls;
  const isList = Array.isArray(certificates);
  const others = isList ? certificates.filter(isOpen) : [];
  const isShort =
    own.some(([, value]) => isElsewhere(value)) || (isList && others.length < certificates.length);
  if (!isShort) return { ...tls, ...Object.fromEntries(own) };
  return {
    folder: '/etc/haproxy/certificates',
    ...more,
    ...(others.length > 0 ? { certificates: others } : {}),
  };
}
