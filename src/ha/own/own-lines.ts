import { placeText, portText } from '../../inventory/endpoints';
import type { Inventory, Route, Service } from '../../inventory/inventory';
import type { Source } from '../haproxy/section';
import { readServices } from './read-services';
import { secretsIn } from './secrets-in';

/** What the inventory's services are with lines and sections of the user's own between what haprov writes. */
interface WithOwnLines {
  services: Service[];
  /** Passwords that stand in the sections. */
  secrets: string[];
}

type Said = Pick<Inventory, 'services' | 'vips' | 'hosts' | 'haproxy'>;

/**
 * The services with what their `extra` lines bind, ask and route beside the keys, and those of `haproxy.sections`: HAProxy
 * does not tell the ones from the others.
 */
export function withOwnLines({ services, vips, hosts, haproxy: { sections, extra } }: Said): WithOwnLines {
  const [first] = hosts;
  const texts = sections.map(
    (text, index): Required<Source> => ({ file: `haproxy.sections[${index}]`, text }),
  );
  if (!first || (sections.length === 0 && services.every(({ extra }) => extra.length === 0)))
    return { services, secrets: [] };
  // What haprov's file gives to all sections behind it, as far as it tells how a section is read.
  const defaults = { file: 'defaults', text: ['defaults', 'mode http', ...extra.defaults, ''].join('\n') };
  const known = services.map((service) => ({ file: service.name, text: outline(service) }));
  const read = readServices([{ host: first, haproxy: [defaults, ...known, ...texts] }], vips, hosts);
  const found = read.map((one) => {
    const model = services.find(({ name }) => name === one.name);
    return { ...(model ? both(model, one) : one), routes: [] as Route[] };
  });
  // What the outlines leave out, such as one that only redirects.
  const all = services.map(
    (model) => found.find(({ name }) => name === model.name) ?? { ...model, routes: [] },
  );
  const others = found.filter(({ name }) => !services.some((model) => model.name === name));
  const result: (Service & { routes: Route[] })[] = [...all, ...others];
  for (const one of result) {
    const own = read.find(({ name }) => name === one.name)?.routes ?? [];
    const model = services.find(({ name }) => name === one.name)?.routes ?? [];
    for (const route of [...own, ...model]) {
      const target = route.service && result.find(({ name }) => name === route.service?.name);
      one.routes.push({ ...route, ...(target ? { service: target } : {}) });
    }
  }
  return { services: result, secrets: secretsIn(texts) };
}

/** A service as HAProxy is told of it, as far as lines of the user's own may add to it. */
function outline({ name, mode, endpoints, backends, extra }: Service): string {
  return [
    `${endpoints.length > 0 ? 'listen' : 'backend'} ${name}`,
    `mode ${mode}`,
    ...endpoints.map((one) => `bind ${one.address}:${portText(one)}`),
    ...extra,
    ...backends.servers.map((server) => `server ${server.name} ${placeText(server)}`),
    '',
  ].join('\n');
}

/** What is said by keys, and beside it what lines add. */
function both(model: Service, { endpoints, backends }: Service): Service {
  const isNew = (one: Service['endpoints'][number]) =>
    !model.endpoints.some(({ address, port }) => address === one.address && port === one.port);
  const more = backends.servers.filter(({ name }) =>
    model.backends.servers.every((server) => server.name !== name),
  );
  return {
    ...model,
    endpoints: [...model.endpoints, ...endpoints.filter(isNew)],
    backends: {
      ...model.backends,
      servers: [...model.backends.servers, ...more],
      hosts: [...model.backends.hosts, ...more.flatMap(({ host }) => host ?? [])],
    },
  };
}
