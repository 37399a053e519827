import { known } from './bind';
import { commandResource } from './command';
import { directory } from './directory';
import { file } from './file';
import { firewall } from './firewall';
import { line } from './line';
import { packages } from './package';
import { selinux } from './selinux';
import { service } from './service';
import { sysctl } from './sysctl';

/** Every resource type that a playbook can name. A new type is a file of its own and a line here. */
export const resourceTypes = [
  known(sysctl),
  known(packages),
  known(file),
  known(directory),
  known(line),
  known(service),
  known(commandResource),
  known(firewall),
  known(selinux),
];
