import { readSections, type Section } from '../../../src/ha/haproxy/section';
import { whatFits } from '../../../src/ha/own/route-condition';

const [section] = readSections(
  [
    'frontend www',
    'acl is_a hdr(host) -i a.example',
    'acl is_a hdr(host) -i b.example',
    'acl is_api path_beg /api',
    'acl is_end hdr_end(host) -i .c.example',
    'acl is_post method POST',
    'acl is_listed hdr(host) -f /etc/haproxy/hosts',
    'acl is_deep path_beg /api/deep',
  ].join('\n'),
) as [Section];
const any = { hosts: [], paths: [], sni: [] };

test.each<[string | undefined, object]>([
  [undefined, any],
  ['if is_a', { ...any, hosts: ['a.example', 'b.example'] }],
  ['if is_a is_api', { ...any, hosts: ['a.example', 'b.example'], paths: ['/api'] }],
  ['if is_end', { ...any, hosts: ['*.c.example'] }],
  ['if is_api or { path_beg /v2 }', { ...any, paths: ['/v2', '/api'] }],
  ['if { req.ssl_sni -i d.example }', { ...any, sni: ['d.example'] }],
  ['if is_a is_post', { ...any, hosts: ['a.example', 'b.example'], asksMore: true }],
  ['if is_post', { ...any, asksMore: true }],
  ['if nobody_knows', { ...any, asksMore: true }],
  ['if is_api is_deep', { ...any, paths: ['/api', '/api/deep'], asksMore: true }],
  ['if is_a or is_api', { ...any, asksMore: true }],
  ['if !is_a', { ...any, asksMore: true }],
  ['unless is_a', { ...any, asksMore: true }],
  ['if is_listed', { ...any, asksMore: true }],
])('what fits "%s"', (condition, expected) => {
  expect(whatFits(condition, section)).toEqual(expected);
});
