import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventually, fetchUrl, haprov, holders, inventoryFile, on, vip } from './lab';

/** The provisioned pair, and ways to edit what is pushed to it. */
export class Scenario {
  readonly hosts = ['fred', 'ethyl'];

  constructor(
    readonly inventory: string,
    readonly options: string[] = [],
  ) {}

  /** A pair of the example inventory, provisioned, its VIP on fred. */
  static async provisioned(
    edit: (raw: Record<string, unknown>) => void = () => {},
    options: string[] = [],
  ): Promise<Scenario> {
    const scenario = new Scenario(inventoryFile(edit), options);
    const run = await haprov('apply', scenario.inventory, '--yes');
    if (run.code !== 0) throw new Error(`provisioning: exit ${run.code}: ${run.stdout}${run.stderr}`);
    await scenario.settled();
    return scenario;
  }

  settled(): Promise<unknown> {
    return eventually(
      'fred holding the VIP alone, both serving',
      async () => {
        if (holders().join() !== 'fred') return false;
        const replies = await Promise.all([1, 2, 3, 4].map(() => fetchUrl(`http://${vip}/`)));
        return this.hosts.every((host) => replies.some((reply) => reply?.server === host));
      },
      200,
    );
  }

  /** Makes a copy of a shipped template, changed by `edit`, win over it. */
  template(name: string, edit: (text: string) => string): void {
    const file = join(dirname(this.inventory), 'templates', `${name}.ejs`);
    mkdirSync(dirname(file), { recursive: true });
    const shipped = readFileSync(join('templates', `${name}.ejs`), 'utf8');
    const edited = edit(shipped);
    if (edited === shipped) throw new Error(`the edit of ${name} found nothing to change`);
    writeFileSync(file, edited);
  }

  /** Changes the inventory. */
  edit(change: (raw: Record<string, never>) => void): void {
    const raw = JSON.parse(readFileSync(this.inventory, 'utf8')) as Record<string, never>;
    change(raw);
    writeFileSync(this.inventory, JSON.stringify(raw, null, 2));
  }

  /** A playbook of the test's own, run after the pair's. */
  playbook(resources: object[]): void {
    const file = join(dirname(this.inventory), 'playbooks', 'extra.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ tasks: [{ name: 'Extra', resources }] }));
    this.edit((raw) => {
      (raw as unknown as { playbooks: string[] }).playbooks = ['ha-pair', 'extra'];
    });
  }

  apply(...options: string[]) {
    return haprov('apply', this.inventory, '--yes', ...this.options, ...options);
  }

  /** All that haprov manages on a host, to the letter. */
  contents(host: string): string {
    return on(
      host,
      'cat /etc/haproxy/haproxy.cfg /etc/keepalived/keepalived.conf /etc/httpd/conf/httpd.conf; cat /etc/httpd/conf.d/extra.conf 2>/dev/null; systemctl is-active httpd haproxy keepalived; systemctl is-enabled httpd haproxy keepalived',
    );
  }

  /** What must not be there after any run, however it ended. */
  leftovers(host: string): string {
    return on(
      host,
      "find /etc /usr/libexec -name '*haprov-2*'; ls -A /var/lib/haprov | grep -vx -e runs -e haproxy-loaded -e secret-lines -e roll; grep -Lsx 'over .*' /var/lib/haprov/roll; true",
    ).trim();
  }

  /** The lock is gone, and nothing of haprov's runs any more. @throws Error with what is still there. */
  async released(host: string): Promise<void> {
    const free =
      "[ ! -L /var/lib/haprov/lock ] && ! pgrep -f '/var/lib/haprov/runs/.*/transactio[n]' >/dev/null && echo yes || true";
    try {
      await eventually(`${host} being released`, () => on(host, free).trim() === 'yes', 150, 200);
    } catch (error) {
      throw new Error(`${(error as Error).message}:\n${on(host, STATE)}`);
    }
  }
}

/** What tells why a host is not released. */
const STATE = `ls -la /var/lib/haprov /var/lib/haprov/runs/* 2>&1 | tail -n 60
ps axo pid,ppid,etime,stat,args | grep -v '\\[k'
systemctl list-units --no-pager --all '*haprov*'; systemctl list-jobs --no-pager; journalctl --no-pager -b -n 60 -t haprov -u '*haprov*' 2>&1`;
