import { outline, type Subject } from '../lint/subject';
import { anyHost } from '../playbook/context';
import type { Resource } from '../playbook/expand';
import { textOfBytes } from '../resources/text-of';
import type { DesiredState } from './desired-state';

/** What the rules look at. Files are rendered as for a host that was not asked. */
export function subjectOf({ inventory, wanted }: DesiredState): Subject {
  const wish = ({ about, unit, content }: Resource) => ({
    about,
    ...(unit === undefined ? {} : { unit }),
    ...(content ? { text: textOfBytes(content(anyHost)) } : {}),
  });
  return {
    inventory,
    hosts: [...wanted].map(([host, resources]) => outline(host, resources.map(wish))),
    now: new Date(),
  };
}
