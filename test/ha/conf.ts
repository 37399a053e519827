/** A keepalived.conf as our template writes it, with what a test wants otherwise. */
export interface Vrrp {
  name?: string;
  id?: number;
  priority?: number;
  advert?: number;
  auth?: string;
  vips?: string[];
  /** More rows for the instance. */
  more?: string;
}

export function instance(about: Vrrp = {}): string {
  const { name = 'router37', id = 37, priority = 101, advert = 1, auth, vips = ['10.0.0.200'], more } = about;
  return [
    `vrrp_instance ${name} {`,
    '    state MASTER',
    '    interface eth0',
    `    virtual_router_id ${id}`,
    `    priority ${priority}`,
    `    advert_int ${advert}`,
    ...(auth === undefined
      ? []
      : ['    authentication {', '        auth_type PASS', `        auth_pass ${auth}`, '    }']),
    '    virtual_ipaddress {',
    ...vips.map((vip) => `        ${vip}`),
    '    }',
    '    track_script {',
    '        check',
    '    }',
    ...(more === undefined ? [] : [more]),
    '}',
    '',
  ].join('\n');
}

export function conf(about: Vrrp & { globals?: string; script?: string } = {}): string {
  const { globals = 'router_id fred', script = 'interval 1', ...vrrp } = about;
  return [
    'global_defs {',
    `    ${globals}`,
    '}',
    'vrrp_script check {',
    '    script "/usr/libexec/keepalived/haprov-haproxy-answers"',
    `    ${script}`,
    '}',
    instance(vrrp),
  ].join('\n');
}
