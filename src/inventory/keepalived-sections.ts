import type { ProtocolPort } from './schema/protocol-port';

/** What the user's own blocks of keepalived.conf are reached at: the ports of their virtual servers. */
export function portsOfSections(sections: readonly string[]): ProtocolPort[] {
  const found: ProtocolPort[] = [];
  for (const line of sections.flatMap((text) => text.split(/\r?\n/))) {
    const [keyword, first = '', second = ''] = line
      .replace(/[!#].*$/, '')
      .trim()
      .split(/\s+/);
    const current = found.at(-1);
    if (keyword === 'virtual_server' && /^\d+$/.test(second))
      found.push({ port: Number(second), protocol: 'tcp' });
    else if (keyword === 'protocol' && first.toUpperCase() === 'UDP' && current) current.protocol = 'udp';
  }
  return found;
}

/** The first of them that has a VIP of its own, or reads more from elsewhere, which nobody here would know of. */
export function strayBlock(text: string): string | undefined {
  return /^\s*(vrrp_instance|global_defs|include[rmwba]?)\b/m.exec(text)?.[1];
}
