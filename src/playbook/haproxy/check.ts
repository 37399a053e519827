import type { Service } from '../../inventory/inventory';
import { inUrl } from './in-url';
import type { Word, Writing } from './writing';

/** How HAProxy finds out whether a service's servers are well. */
export function checkLines({ check }: Pick<Service, 'check'>, writing: Writing): string[] {
  const { line } = writing;
  const option = (...words: Word[]) => [line('option', ...words)];
  switch (check.type) {
    case 'http':
      return httpCheck(check, writing);
    case 'tcp':
      return check.steps
        ? [...option('tcp-check'), ...check.steps.map((step) => line('tcp-check', ...wordsOf(step)))]
        : [];
    case 'mysql':
      return option('mysql-check', ...(check.user === undefined ? [] : ['user', check.user, 'post-41']));
    case 'pgsql':
      return option('pgsql-check', ...(check.user === undefined ? [] : ['user', check.user]));
    case 'smtp':
      return option('smtpchk', ...(check.host === undefined ? [] : ['EHLO', check.host]));
    case 'redis':
    case 'ldap':
      return option(`${check.type}-check`);
    // keepalived's.
    case 'command':
      return [];
  }
}

function httpCheck(
  { method = 'GET', path, host, status }: Service['check'],
  { line, version }: Writing,
): string[] {
  const asked =
    host === undefined
      ? [line('option', 'httpchk', method, path)]
      : version >= 20200
        ? [
            line('option', 'httpchk'),
            line(
              'http-check',
              'send',
              'meth',
              method,
              'uri',
              path,
              'ver',
              'HTTP/1.1',
              'hdr',
              'Host',
              inUrl(host),
            ),
          ]
        : [line('option', 'httpchk', method, path, { wire: [`HTTP/1.1\r\nHost: ${inUrl(host)}`] })];
  return status === undefined ? asked : [...asked, line('http-check', 'expect', 'status', status)];
}

type Step = NonNullable<Service['check']['steps']>[number];

const wordsOf = (step: Step): Word[] =>
  'send' in step ? ['send', { wire: [step.send].flat() }] : ['expect', 'string', { wire: [step.expect] }];
