import { placeIn } from './host-files';
import { said } from './instances';
import type { Found, Rule } from './subject';

/** `nopreempt` or `preempt_delay` of an instance that begins as MASTER. */
export const nopreemptWithMaster: Rule = {
  name: 'nopreempt-with-master',
  checkFiles: (hosts) =>
    hosts.flatMap((files) =>
      (files.keepalived?.instances ?? [])
        .filter(({ state }) => state === 'MASTER')
        .flatMap((instance): Found[] => {
          const word = instance.nopreempt
            ? 'nopreempt'
            : instance.preemptDelay > 0
              ? 'preempt_delay'
              : undefined;
          if (word === undefined) return [];
          return [
            {
              severity: 'warning',
              at: placeIn(files, said(instance, word)?.at ?? instance.at),
              message: `${word} of ${instance.name} has no effect: it begins as MASTER`,
              why: `keepalived takes the address as soon as it starts: after a reboot the address moves back, which ${word} is to ${word === 'nopreempt' ? 'prevent' : 'put off'}`,
              fix: 'write "state BACKUP" on every host; the priority decides which host has it at first',
            },
          ];
        }),
    ),
};
