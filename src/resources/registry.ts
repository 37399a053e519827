import { commandResource } from './command';
import { directory } from './directory';
import { file } from './file';
import { firewall } from './firewall';
import { line } from './line';
import { packages } from './package';
import type { ResourceType } from './resource';
import { selinux } from './selinux';
import { service } from './service';
import { sysctl } from './sysctl';

/** Every resource type that a playbook can name. Adding one is a file of its own and a word here. */
export const resourceTypes = [
  sysctl,
  packages,
  file,
  directory,
  line,
  service,
  commandResource,
  firewall,
  selinux,
] as const;

const byName = new Map<string, ResourceType>(
  resourceTypes.map((type) => [type.type, type as unknown as ResourceType]),
);

export function resourceType(name: string): ResourceType | undefined {
  return byName.get(name);
}
