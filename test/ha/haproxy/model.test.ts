import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { bindsOf } from '../../../src/ha/haproxy/bind';
import { checkedAt, checkOf } from '../../../src/ha/haproxy/check';
import { namedFilesOf } from '../../../src/ha/haproxy/named-file';
import type { Option } from '../../../src/ha/haproxy/option';
import { routesOf } from '../../../src/ha/haproxy/route';
import { readSections, type Section } from '../../../src/ha/haproxy/section';
import { serversOf } from '../../../src/ha/haproxy/server';
import { type Address, showSocket, socketOf } from '../../../src/ha/haproxy/socket';
import { statsSocketsOf } from '../../../src/ha/haproxy/stats-socket';
import { usersOf } from '../../../src/ha/haproxy/userlist';
import fc from '../../support/property';
import { anyText, numRuns } from './texts';

const optionText = (options: Iterable<Option>) =>
  [...options].map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join(' ');
const tidy = (text: string) => text.replace(/ +/g, ' ').trim();

function addressText(address: Address, isSixOnly = false): string {
  const socket = socketOf(address, isSixOnly);
  if (socket && address.kind === 'ip' && address.host !== '') return showSocket(socket);
  if (address.kind === 'unknown') return 'unknown';
  if (address.kind !== 'ip') return `${address.kind} ${address.value}`;
  const { transport, host, port, offset } = address;
  const where = port ? `:${port.from}` : offset === undefined ? '' : `:${offset > 0 ? '+' : ''}${offset}`;
  return `${transport === 'tcp' ? '' : `${transport} `}${host}${where}`;
}

/** Everything that is read of a configuration, as the cases write it. */
const readers: Record<string, (sections: Section[]) => string[]> = {
  binds: (sections) =>
    sections.flatMap(bindsOf).map(({ addresses, sockets, all }) => {
      const shown = addresses.every(({ kind }) => kind === 'ip') && sockets.length === addresses.length;
      const where = shown ? sockets.map(showSocket) : addresses.map((one) => addressText(one));
      return tidy(`${where.join(' ')} | ${optionText(all)}`);
    }),
  servers: (sections) =>
    sections.flatMap(serversOf).map((server) => {
      const { section, name, template, address, options } = server;
      const checked = checkedAt(server);
      const asked = [
        checked ? 'check' : '',
        checked?.isTls ? 'tls' : '',
        checked?.port ? `port ${checked.port}` : '',
        checked?.address ? `addr ${checked.address}` : '',
      ];
      const names = template ? `${name}${template.from}-${template.to}` : name;
      return tidy(
        `${section.name}/${names} ${addressText(address)} ${asked.join(' ')} | ${optionText(options.values())}`,
      );
    }),
  checks: (sections) =>
    sections
      .filter(({ kind }) => kind === 'backend')
      .map((section) => {
        const { kind, method = '', uri = '', rules } = checkOf(section);
        return tidy(`${section.name} ${kind} ${method} ${uri} ${rules.length > 0 ? `+${rules.length}` : ''}`);
      }),
  routes: (sections) =>
    sections
      .filter(({ kind }) => kind === 'frontend' || kind === 'listen')
      .flatMap((section) =>
        routesOf(section, sections).map(({ name, target, isDefault, condition = '' }) => {
          const missing = name !== undefined && !target ? '(is not there)' : '';
          return tidy(
            `${section.name} → ${name ?? '?'} ${missing} ${isDefault ? '(default)' : ''} ${condition}`,
          );
        }),
      ),
  sockets: (sections) =>
    statsSocketsOf(sections).map(({ address, level }) => `${addressText(address)} ${level}`),
  users: (sections) =>
    sections
      .filter(({ kind }) => kind === 'userlist')
      .flatMap((section) =>
        usersOf(section).map(({ name, password, groups }) => {
          const secret = password ? `${password.isPlain ? 'plain' : 'crypt'} ${password.text}` : '';
          return tidy(
            `${section.name}/${name} ${secret} ${groups.length > 0 ? `in ${groups.join(',')}` : ''}`,
          );
        }),
      ),
  files: (sections) =>
    namedFilesOf(sections).map(({ directive, what, path }) => `${directive.line} ${what} ${path}`),
};

type Case = { about: string; text: string } & Record<string, string[]>;
const cases = parse(readFileSync(join(__dirname, 'cases/model.yaml'), 'utf8')) as Case[];

test.each(cases.map((one) => [one.about, one] as const))('%s', (_, { about, text, ...wanted }) => {
  const sections = readSections(text);
  const found = Object.keys(wanted).map((name) => [name, readers[name]?.(sections)]);
  expect(Object.fromEntries(found)).toEqual(wanted);
});

test('every reader is asked by some case', () => {
  expect(Object.keys(readers).filter((name) => !cases.some((one) => name in one))).toEqual([]);
});

test('a named file stands where it says', () => {
  const text = 'frontend in\n  bind :443 ssl crt /etc/a.pem\n  use_backend %[path,map(/etc/b)]\n';
  const rows = text.split('\n');
  const starts = namedFilesOf(readSections(text)).map(({ directive, column }) =>
    rows[directive.line - 1]?.slice(column - 1),
  );
  expect(starts).toEqual(['/etc/a.pem', '%[path,map(/etc/b)]']);
});

/** What would take minutes if the time grew with the square. */
test.each([
  'bind :1,:2 ssl crt /a\n',
  'server a :1 b c\n default-server d e f\n',
  'backend b\n server a :1 check\n',
  'acl a src -f { -f } map(a) \n',
  'acl a src -f ',
  'map_a_',
  'bind a,',
  'option httpchk\n http-check send uri /a\n',
])('two hundred thousand characters of %j', (unit) => {
  const text = `listen x\n ${unit.repeat(Math.ceil(200_000 / unit.length))}`;
  const sections = readSections(text);
  expect(Object.values(readers).map((reader) => Array.isArray(reader(sections)))).not.toContain(false);
});

test('whatever a text says, it can be asked for everything', () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const sections = readSections(text);
      for (const reader of Object.values(readers)) reader(sections);
    }),
    { numRuns },
  );
});
