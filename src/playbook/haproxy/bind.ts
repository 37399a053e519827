import type { Service } from '../../inventory/inventory';
import { certificatesOf } from './certificates';
import type { Writing } from './writing';

/** What stands behind the address where clients come with TLS. */
export function tlsOfBind(service: Service, { line, need }: Writing): string {
  const { name, tls } = service;
  if (!tls) return '';
  const { minVersion, alpn, folder } = tls;
  if (alpn)
    need('1.8', {
      key: `services.${name}.tls.alpn`,
      does: `offers ${alpn.join(', ')}`,
      instead: 'leave it out for HTTP/1.1',
    });
  if (minVersion === '1.3')
    need('1.8', {
      key: `services.${name}.tls.minVersion`,
      does: 'asks for TLS 1.3',
      instead: '"1.2"',
    });
  const files = [
    ...certificatesOf(service).map(({ path }) => path),
    ...(folder === undefined ? [] : [folder]),
  ];
  return line(
    'ssl',
    ...files.flatMap((file) => ['crt', file]),
    ...['no-sslv3', 'no-tlsv10', 'no-tlsv11'],
    ...(minVersion === '1.3' ? ['no-tlsv12'] : []),
    ...(alpn ? ['alpn', alpn.join(',')] : []),
  );
}
