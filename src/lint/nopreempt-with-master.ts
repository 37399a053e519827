import { placeIn } from './host-files';
import { said } from './instances';
import type { Found, Rule } from './subject';

/** `nopreempt` of an instance that begins as MASTER. */
export const nopreemptWithMaster: Rule = {
  name: 'nopreempt-with-master',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      (files.keepalived?.instances ?? [])
        .filter(({ state, nopreempt }) => nopreempt && state === 'MASTER')
        .map(
          (instance): Found => ({
            severity: 'warning',
            at: placeIn(files, said(instance, 'nopreempt')?.at ?? instance.at),
            message: `nopreempt of ${instance.name} has no effect: it begins as MASTER`,
            why: 'keepalived takes the address as soon as it starts: after a reboot the address moves back, which nopreempt is to prevent',
            fix: 'write "state BACKUP" on every host; the priority decides who has it at first',
          }),
        ),
    ),
};
