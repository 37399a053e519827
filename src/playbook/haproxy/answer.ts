import type { Service } from '../../inventory/inventory';
import type { Writing } from './writing';

/** What HAProxy answers where it asks no server. */
export function answerLines({ name, answer }: Service, { line, need }: Writing): string[] {
  if (!answer) return [];
  const key = `services.${name}.answer`;
  if ('metrics' in answer) {
    need('2.4', {
      key: `${key}.metrics`,
      does: 'gives HAProxy’s figures to Prometheus',
      instead: 'an exporter of its own that asks the statistics page',
    });
    return [line('http-request', 'use-service', 'prometheus-exporter')];
  }
  need('2.2', { key, does: 'answers without a server', instead: 'a server that answers so' });
  const { status, body, type } = answer;
  const text = body === undefined ? [] : ['content-type', type, 'string', { wire: [body] }];
  return [line('http-request', 'return', 'status', status, ...text)];
}
