import { withOwnLines } from '../../../src/ha/own/own-lines';
import type { Inventory } from '../../../src/inventory/inventory';
import { withFiles } from '../../bad-input/cases';
import { loadInventory } from '../../support/load-inventory';

const hosts = {
  fred: { address: '10.0.0.1', priority: 2 },
  ethyl: { address: '10.0.0.2', priority: 1 },
};
const vips = { v: { address: '10.0.0.9', virtualRouterId: 1 } };

const load = (inventory: object): Promise<Inventory> =>
  withFiles(
    {
      files: {
        'inventory.json': JSON.stringify({ hosts, vips, playbooks: ['load-balancer'], ...inventory }),
      },
    },
    async (_folder, file) => loadInventory(file, {}),
  );

/** Endpoints, routes and servers of each service, in few words. */
async function read(inventory: object) {
  const { services, secrets } = withOwnLines(await load(inventory));
  const found = services.map(({ name, endpoints, routes, backends }) => [
    name,
    endpoints.map(({ address, port, vip }) => `${address}:${port}${vip ? ` ${vip.name}` : ''}`),
    routes.map(({ hosts: of, paths, service }) => [...of, ...paths, service?.name ?? '?'].join(' ')),
    backends.servers.map(({ name: server, host }) => `${server}${host ? ` ${host.name}` : ''}`),
  ]);
  for (const { routes } of services)
    for (const { service } of routes) expect([undefined, ...services]).toContain(service);
  return { found, secrets };
}

const web = { port: 80, vips: ['v'], backends: { port: 8080, servers: { fred: {} } } };

test('without lines of one’s own services are what the keys say', async () => {
  const inventory = await load({ services: { web } });
  expect(withOwnLines(inventory).services).toBe(inventory.services);
});

test('lines in a service add to what its keys say', async () => {
  const extra = [
    'bind 10.0.0.9:81',
    'bind 10.0.0.9:80',
    'server old 10.0.0.2:9',
    'use_backend in if { path_beg /in }',
  ];
  const services = {
    web: { ...web, extra, routes: [{ host: 'a.example', service: 'in' }], redirects: [{ scheme: 'https' }] },
    in: { backends: { port: 8081, servers: { ethyl: {} } } },
    gone: { port: 82, redirects: [{ scheme: 'https' }] },
  };
  const { found } = await read({ services });
  expect(found).toEqual([
    ['web', ['10.0.0.9:80 v', '10.0.0.9:81 v'], ['/in in', 'a.example in'], ['fred fred', 'old ethyl']],
    ['in', [], [], ['ethyl ethyl']],
    ['gone', ['*:82'], [], []],
  ]);
});

test('sections are services beside the others, each leading to the other', async () => {
  const sections = [
    '# by name\nfrontend names\n bind 10.0.0.9:90-91\n bind *:92\n mode http\n use_backend %[req.hdr(host)]\n default_backend in\n',
    'backend far\n server ethyl 10.0.0.2:1\nuserlist people\n user me insecure-password open-sesame',
  ];
  const services = {
    web: { ...web, extra: ['use_backend far if { path_beg /far }'] },
    in: { backends: { port: 8081, servers: { fred: {} } } },
  };
  const { found, secrets } = await read({ services, haproxy: { sections } });
  expect(found).toEqual([
    ['web', ['10.0.0.9:80 v'], ['/far far'], ['fred fred']],
    ['in', [], [], ['fred fred']],
    ['names', ['10.0.0.9:90 v', '*:92'], ['?', 'in'], []],
    ['far', [], [], ['ethyl ethyl']],
  ]);
  expect(secrets).toEqual(['open-sesame']);
});

test('a section that says no mode has the one of haprov’s defaults, and of what the user adds to them', async () => {
  const sections = ['listen page\n  bind 10.0.0.9:90\n', 'listen raw\n  mode tcp\n  bind 10.0.0.9:91\n'];
  const modesWith = async (haproxy: object) =>
    withOwnLines(await load({ haproxy: { sections, ...haproxy } })).services.map(({ name, mode }) => [
      name,
      mode,
    ]);
  expect(await modesWith({})).toEqual([
    ['page', 'http'],
    ['raw', 'tcp'],
  ]);
  expect(await modesWith({ extra: { defaults: ['mode tcp'] } })).toEqual([
    ['page', 'tcp'],
    ['raw', 'tcp'],
  ]);
});
