import type { IncomingMessage } from 'node:http';
import { admit, headersWith } from '../../src/serve/admit-request';

const token = 'T0ken-of_forty-three-letters-and-digits-all';

function ask(
  url: string,
  about: { method?: string; host?: string; port?: number; authorization?: string } = {},
) {
  const { method = 'GET', port = 8123, authorization } = about;
  const host = 'host' in about ? about.host : `127.0.0.1:${port}`;
  return admit({ method, url, headers: { host, authorization } } as IncomingMessage, token, port);
}

test.each([
  ['the page', `/${token}/`, {}, { kind: 'page' }],
  ['what is new', `/${token}/live`, {}, { kind: 'live' }],
  ['what Prometheus scrapes', `/${token}/metrics`, {}, { kind: 'metrics' }],
  ['the same by its header', '/metrics', { authorization: `Bearer ${token}` }, { kind: 'metrics' }],
  ['the runs', `/${token}/runs`, {}, { kind: 'runs' }],
  [
    'a run',
    `/${token}/runs/20260102T030405Z-abcdef-2`,
    {},
    { kind: 'run', run: '20260102T030405Z-abcdef-2' },
  ],
  ['localhost', `/${token}/`, { host: 'localhost:8123' }, { kind: 'page' }],
  ['HEAD', `/${token}/`, { method: 'HEAD' }, { kind: 'page' }],
  ['port 80, which browsers leave out', `/${token}/`, { port: 80, host: 'localhost' }, { kind: 'page' }],
] as const)('%s is there', (_, url, about, wanted) => {
  expect(ask(url, about)).toEqual(wanted);
});

test.each([
  ['/', {}],
  ['', {}],
  ['*', {}],
  ['//', {}],
  ['/favicon.ico', {}],
  ['/live', {}],
  ['/metrics', {}],
  ['/metrics', { authorization: `Bearer ${token}x` }],
  ['/metrics', { authorization: `Basic ${token}` }],
  ['/metrics', { authorization: `Bearer ${token}/runs` }],
  ['/metrics/', { authorization: `Bearer ${token}` }],
  ['/live', { authorization: `Bearer ${token}` }],
  ['/', { authorization: `Bearer ${token}` }],
  ['/metrics', { authorization: `Bearer ${token}`, host: 'rebound.example:8123' }],
  [`/${token}`, {}],
  [`/${token}x/`, {}],
  [`/${token.slice(0, -1)}/`, {}],
  [`/${token.toLowerCase()}/`, {}],
  [`/${token}/live/`, {}],
  [`/${token}/../live`, {}],
  [`/${token}/live?x`, {}],
  [`/${token}/runs/`, {}],
  [`/${token}/runs/..`, {}],
  [`/${token}/runs/a/b`, {}],
  [`/${token}/runs/a%2fb`, {}],
  [`/${token}/live/a`, {}],
  [`/x/runs`, {}],
  [`/x/${token}/`, {}],
  [`http://127.0.0.1:8123/${token}/`, {}],
  [`/${token}/`, { method: 'POST' }],
  [`/${token}/`, { method: 'OPTIONS' }],
  [`/${token}/`, { host: undefined }],
  [`/${token}/`, { host: '127.0.0.1' }],
  [`/${token}/`, { host: '127.0.0.1:8124' }],
  [`/${token}/`, { host: 'rebound.example:8123' }],
  [`/${token}/`, { host: '127.0.0.1.rebound.example:8123' }],
  [`/${token}/`, { host: '[::1]:8123' }],
])('%s %p is not there', (url, about) => {
  expect(ask(url, about)).toBeUndefined();
});

test('the policy allows nothing but our own style and script, by their content', () => {
  const policy = headersWith({ style: 'a{}', script: 'b()' })['content-security-policy'];
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toMatch(/unsafe|\*|https?:/);
});
