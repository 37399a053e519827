import { virtualServersOfSections } from '../../../src/ha/own/read-virtual-servers';
import type { Inventory } from '../../../src/inventory/inventory';
import { readOwnConfiguration } from '../../../src/planning/own-configuration';
import { portsFor } from '../../../src/playbook/ports';
import { withFiles } from '../../bad-input/cases';
import { loadInventory } from '../../support/load-inventory';

const hosts = {
  fred: { address: '10.0.0.1', priority: 2 },
  ethyl: { address: '10.0.0.2', priority: 1 },
  web: { address: '10.0.1.1' },
};
const pair = {
  hosts,
  groups: { pair: ['fred', 'ethyl'] },
  vips: { v: { address: '10.0.0.9', virtualRouterId: 9, group: 'pair', excluded: ['10.0.0.8'] } },
  playbooks: ['address-only'],
};
const blocks = `
virtual_server_group ring {
    10.0.0.8 514
    10.0.0.7 515
    fwmark 7
}
virtual_server group ring {
    lb_kind DR
    protocol UDP
    real_server 10.0.1.1 514 {
        weight 3
    }
    real_server 10.9.9.9 514 {
    }
}
virtual_server 10.0.0.9 80 {
    lb_kind NAT
    real_server 10.0.1.1 8080 {
    }
}
virtual_server fwmark 9 {
    lb_kind NAT
}
virtual_server 10.0.0.77 80 {
    lb_kind NAT
}
`;

const loaded = <T>(
  inventory: object,
  files: Record<string, string>,
  look: (inventory: Inventory) => T,
): Promise<T> =>
  withFiles({ files: { 'inventory.json': JSON.stringify(inventory), ...files } }, (_, file) =>
    look(readOwnConfiguration(loadInventory(file, {})).inventory),
  );

const seen = ({ virtualServers }: Inventory) =>
  virtualServers.map(({ name, vip, kind, protocol, backends, isRead }) => [
    name,
    vip.name,
    kind,
    protocol,
    isRead,
    ...backends.servers.map(({ name: server, port, weight }) => `${server} ${port} ${weight}`),
  ]);

const expected = [
  ['10.0.0.8:514/udp', 'v', 'DR', 'udp', true, 'web 514 3', '10.9.9.9 514 1'],
  ['10.0.0.9:80', 'v', 'NAT', 'tcp', true, 'web 8080 1'],
];

test('sections of the inventory: at its VIPs, by themselves or in a group; the firewall lets them in', async () => {
  await loaded({ ...pair, keepalived: { sections: [blocks] } }, {}, (inventory) => {
    expect(seen(inventory)).toEqual(expected);
    const [fred, , web] = inventory.hosts;
    if (!fred || !web) throw new Error('no hosts');
    expect(portsFor(inventory, fred).open).toEqual(['514/udp', '80/tcp']);
    expect(portsFor(inventory, web).open).toEqual(['514/udp', '8080/tcp']);
  });
});

test('a keepalived.conf of the user’s own', async () => {
  const { vips: _, ...others } = pair;
  const conf = `vrrp_instance v {
    interface eth0
    virtual_router_id 9
    virtual_ipaddress {
        10.0.0.9
    }
    virtual_ipaddress_excluded {
        10.0.0.8
    }
}
${blocks}`;
  const files = { 'keepalived.conf': conf };
  const own = { ...others, playbooks: ['own-configuration'], keepalived: { config: 'keepalived.conf' } };
  await loaded(own, files, (inventory) => {
    expect(seen(inventory)).toEqual(expected);
    expect(inventory.vips[0]?.addresses.map(({ address }) => address)).toEqual(['10.0.0.9', '10.0.0.8']);
    expect(inventory.vips[0]?.check.haproxy).toBe(false);
  });
});

test('no sections, none', async () => {
  await loaded(pair, {}, (inventory) => expect(virtualServersOfSections(inventory)).toEqual([]));
});
