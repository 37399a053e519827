import {
  describeLab,
  eventually,
  fingerprint,
  haprov,
  inventoryFile,
  lab,
  network,
  on,
} from '../support/lab';

/** lucy is to become a balancer; on her network ricky, of whom no inventory knows, holds .215 with VRID 46. */
const target = 'lucy';
const stranger = 'ricky';
const taken = { address: `${network}.215`, virtualRouterId: 46 };
const free = { address: `${network}.216`, virtualRouterId: 47 };

const wanting = (vip: object, more: object = {}) =>
  inventoryFile((raw) => {
    Object.assign(raw, {
      hosts: { [target]: { address: `${network}.203`, priority: 101 }, ...more },
      groups: { balancers: [target], web: [target] },
      vips: { router46: { ...free, ...vip, group: 'balancers' } },
    });
  });

interface Planned {
  warnings: { rule: string; severity: string; message: string; where: string }[];
}

/** The findings of a plan that come from the network. */
async function heard(inventory: string, ...options: string[]): Promise<Planned['warnings']> {
  const plan = await haprov('plan', inventory, '--json', ...options);
  expect(plan).toMatchObject({ code: 0 });
  const { warnings } = JSON.parse(plan.stdout) as Planned;
  return warnings.filter(({ rule }) => ['vrid-heard', 'address-in-use'].includes(rule));
}

function speakAs(id: number): void {
  on(
    stranger,
    `rpm -q keepalived >/dev/null || dnf -qy install keepalived
     cat >/etc/keepalived/keepalived.conf <<'.'
vrrp_instance other {
  interface eth0
  virtual_router_id ${id}
  priority 90
  virtual_ipaddress {
    ${taken.address}
  }
}
.
     systemctl restart keepalived`,
  );
}

const isUp = () =>
  eventually('the stranger holding its address', () =>
    on(stranger, 'ip -o addr show').includes(` ${taken.address}/`),
  );

describeLab('a stranger on the network', () => {
  beforeAll(async () => {
    lab('reset', '--alone', target, stranger);
    speakAs(taken.virtualRouterId);
    await isUp();
  });

  afterAll(() => lab('reset', target, stranger));

  test('the same VRID: the plan says so, apply refuses, and nothing has changed', async () => {
    const inventory = wanting({ virtualRouterId: taken.virtualRouterId });
    const before = fingerprint(target);
    const found = await heard(inventory);
    expect(found).toMatchObject([{ rule: 'vrid-heard', severity: 'error' }]);
    expect(found[0]?.message).toBe(
      `VRID 46 is spoken already by ${network}.204 (priority 90, VRRPv2, for ${network}.215), which is no host of this inventory; heard by lucy on eth0`,
    );
    const apply = await haprov('apply', inventory, '--yes');
    expect(apply.code).toBe(2);
    expect(apply.stderr).toContain('somebody else is there already, so nothing was changed');
    expect(apply.stderr).toContain('such as 47');
    expect(fingerprint(target)).toBe(before);
  });

  test('also where a firewall of the host would drop it', async () => {
    on(target, 'iptables -I INPUT -p 112 -j DROP');
    try {
      expect(await heard(wanting({ virtualRouterId: taken.virtualRouterId }))).toMatchObject([
        { rule: 'vrid-heard' },
      ]);
    } finally {
      on(target, 'iptables -D INPUT -p 112 -j DROP');
    }
  });

  test('the same address: refused as well', async () => {
    const inventory = wanting({ address: taken.address });
    expect(await heard(inventory)).toMatchObject([{ rule: 'address-in-use', severity: 'error' }]);
    const apply = await haprov('apply', inventory, '--yes');
    expect(apply.code).toBe(2);
    expect(apply.stderr).toContain(`${network}.215 is in use`);
  });

  test('it may be a host that was not asked: then it is no more than a warning', async () => {
    const other = { fred: { address: 'fred.example.org' } };
    const inventory = wanting({ virtualRouterId: taken.virtualRouterId }, other);
    expect(await heard(inventory, '--limit', target)).toMatchObject([
      { rule: 'vrid-heard', severity: 'warning' },
    ]);
  });

  test('one of the inventory’s own hosts is no stranger', async () => {
    const ours = { [stranger]: { address: `${network}.204` } };
    expect(await heard(wanting({ virtualRouterId: taken.virtualRouterId }, ours))).toEqual([]);
    expect(await heard(wanting(taken, ours))).toEqual([]);
  });

  test('another VRID and another address: nothing is said; and a host whose keepalived runs does not listen again', async () => {
    const inventory = wanting({});
    expect(await heard(inventory)).toEqual([]);
    const apply = await haprov('apply', inventory, '--yes');
    expect(apply).toMatchObject({ code: 0 });
    speakAs(free.virtualRouterId);
    await isUp();
    expect(await heard(inventory)).toEqual([]);
  });
});
