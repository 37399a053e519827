import type { Rule } from './subject';

/** Two hosts of a VIP with one priority. */
export const equalPriorities: Rule = {
  name: 'equal-priorities',
  check: ({ inventory }) =>
    inventory.vips.flatMap(({ name, members }) => {
      const twice = new Set(
        members.map(({ priority }) => priority).filter((one, index, all) => all.indexOf(one) !== index),
      );
      return [...twice].map((priority) => {
        const twins = members.filter((member) => member.priority === priority);
        return {
          severity: 'warning' as const,
          at: { path: ['vips', name] },
          message: `${twins.map(({ host }) => host.name).join(' and ')} have the same priority, ${priority}`,
          why: 'then the higher address decides who holds the VIP, which nobody sees in the inventory',
          fix: 'give each host a priority of its own: hosts.NAME.priority, or the VIP’s priorities',
        };
      });
    }),
};
