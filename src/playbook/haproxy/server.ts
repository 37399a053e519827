import type { Service } from '../../inventory/inventory';
import { authoritiesOf, serverTlsOf } from './certificates';
import type { Word, Writing } from './writing';

/** What all servers of a service have in common behind "check"; empty where there is nothing. */
export function serverOptions(service: Service, writing: Writing): string {
  const { name, backends, check, onDown, onBack } = service;
  if (backends.resolvers !== undefined)
    writing.need('1.8', {
      key: `services.${name}.backends.resolvers`,
      does: 'looks names up while it runs',
      instead: 'leave it out',
    });
  const words: Word[] = [
    ...(check.port === undefined ? [] : ['port', check.port]),
    ...(check.tls === false ? [] : ['check-ssl']),
    ...(check.sendProxy ? ['check-send-proxy'] : []),
    ...(backends.tls ? ['ssl'] : []),
    ...tlsWords(service, writing),
    ...(backends.resolvers === undefined
      ? []
      : ['resolvers', backends.resolvers, 'init-addr', 'last,libc,none']),
    ...(onDown === undefined ? [] : ['on-marked-down', onDown]),
    ...(onBack === undefined ? [] : ['on-marked-up', onBack]),
  ];
  return words.length === 0 ? '' : writing.line(...words);
}

/** How HAProxy speaks TLS with the servers, or their check. */
function tlsWords(service: Service, { need, version }: Writing): Word[] {
  const { backends, check } = service;
  const tls = serverTlsOf(service);
  // A check that is just to speak TLS, to servers that otherwise do not.
  if (!tls) return check.tls ? ['verify', 'none'] : [];
  const key = `services.${service.name}.${backends.tls ? 'backends' : 'check'}.tls`;
  const { verify, name, sni } = tls;
  if (sni !== undefined)
    need('1.8', { key: `${key}.sni`, does: `asks for ${sni}`, instead: 'name, which is not sent' });
  const { alpn } = backends.tls ?? {};
  if (alpn)
    need('2.0', {
      key: `${key}.alpn`,
      does: `offers ${alpn.join(', ')} to servers`,
      instead: 'leave it out for HTTP/1.1',
    });
  const isChecked = check.port === undefined || check.tls !== false;
  const [authority] = authoritiesOf(service);
  // What the host itself trusts has a name of its own since 2.6.
  const trusted = version >= 20600 ? '@system-ca' : '/etc/pki/tls/certs/ca-bundle.crt';
  const expected = name ?? sni;
  return [
    ...['verify', verify],
    ...(verify === 'required' ? ['ca-file', authority?.path ?? trusted] : []),
    ...(verify === 'required' && expected !== undefined ? ['verifyhost', expected] : []),
    ...(sni === undefined || !backends.tls ? [] : ['sni', `str(${sni})`]),
    ...(sni === undefined || !isChecked ? [] : ['check-sni', sni]),
    // A check that is not told so lets the server choose h2, and speaks HTTP/1.1.
    ...(alpn ? ['alpn', alpn.join(','), ...(isChecked ? ['check-alpn', alpn.join(',')] : [])] : []),
  ];
}
