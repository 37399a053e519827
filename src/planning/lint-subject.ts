import { outline, type Subject } from '../lint/subject';
import { anyHost } from '../playbook/context';
import type { Resource } from '../playbook/expand';
import type { DesiredState } from './desired-state';

/** What the rules look at. Files are rendered as for a host that was not asked. */
export function subjectOf({ inventory, wanted }: DesiredState): Subject {
  const wish = ({ about, unit, content }: Resource) => ({
    about,
    ...(unit === undefined ? {} : { unit }),
    ...(content ? { text: content(anyHost).toString() } : {}),
  });
  return {
    inventory,
    hosts: [...wanted].map(([host, resources]) => outline(host, resources.map(wish))),
    now: new Date(),
  };
}
