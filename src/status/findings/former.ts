import { lostBy, wordsFor } from '../../ha/former-members';
import { type FindingRule, foundOn, reached } from '../snapshot';

/**
 * Members that the inventory has lost and the hosts' files still name. One that no file names any more is seen only by what
 * it does to a VIP: a backup says nothing.
 */
export const former: FindingRule = (snapshot) => {
  const own = reached(snapshot).flatMap(({ diagnostics }) => diagnostics.addresses);
  return reached(snapshot).flatMap(({ host, plan }) =>
    lostBy({ hosts: [plan] }, snapshot.inventory, own).map((one) => {
      const { message, fix } = wordsFor(one, snapshot.inventory, 'INVENTORY');
      return foundOn(host.name, {
        rule: 'former-member',
        level: 'warning',
        component: 'configuration',
        brief: `names ${one.name ?? one.address}`,
        message: (where) => `${message}: the files of ${where} name it`,
        evidence: ['that it is forgotten does not stop it: its keepalived goes on with its VIP'],
        next: () => fix,
      });
    }),
  );
};
