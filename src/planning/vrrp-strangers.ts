import { UsageError } from '../errors';
import { interfaceFor } from '../host/facts';
import type { Question } from '../host/probe';
import type { Survey } from '../host/survey';
import { movingAddresses } from '../inventory/endpoints';
import type { Host, Inventory } from '../inventory/inventory';
import { healthListenerMissing } from '../lint/health-listener-missing';
import { answersAtOnce, listenScript, readHeard } from '../pair/vrrp-listen';
import { heardRules, strangers, type VrrpListener } from '../pair/vrrp-strangers';
import type { Finding, Plan } from '../plan/plan';
import type { Resource } from '../playbook/expand';
import type { Context } from './context';

const id = 'vrrp';

/** What a host is asked that is to hold VIPs: who speaks there already? It answers at once where its keepalived runs. */
export function listeningQuestion(
  { vips }: Inventory,
  host: Host,
  resources: readonly Resource[],
): Question[] {
  const own = vips.filter(({ members }) => members.some((member) => member.host === host));
  const asked = own.flatMap((vip) => vip.addresses.map(({ address }) => ({ ...vip, address })));
  const speaks = resources.some(({ unit, about }) => unit === 'keepalived' && about.runs);
  return own.length > 0 && speaks
    ? [
        {
          id,
          script: listenScript(asked),
          asksFor: { units: ['keepalived'] },
          inPlace: true,
          besideUnless: answersAtOnce,
        },
      ]
    : [];
}

/** Who was heard that is none of the inventory's hosts. */
export function heardStrangers(
  inventory: Inventory,
  survey: Survey,
  context: Context,
  file: string,
): Finding[] {
  const listeners = survey.hosts.map(({ name, facts, answers }): VrrpListener => {
    const answer = answers.find(id);
    const heard = answer === undefined ? undefined : readHeard(answer);
    if (heard?.kind === 'deaf') {
      context.emit({
        type: 'message',
        level: 'info',
        host: name,
        text: 'could not listen for other VRRP routers: neither python nor tcpdump works there',
      });
    }
    return {
      host: name,
      addresses: facts.addresses.map(({ address }) => address),
      ...(heard ? { heard } : {}),
      interfaceOf: (vip) => vip.interface ?? interfaceFor(facts, vip.address, movingAddresses(inventory)),
    };
  });
  const reached = new Set(survey.hosts.map(({ name }) => name));
  const whole = inventory.hosts.every(({ name }) => reached.has(name));
  return strangers(inventory, listeners, { whole, file });
}

/** @throws UsageError where keepalived's own check would surely fail on every host: nobody would hold the VIP. */
export function refuseUnanswered({ warnings }: Plan): void {
  const [found] = warnings.filter(
    ({ rule, severity }) => rule === healthListenerMissing.name && severity === 'error',
  );
  if (!found) return;
  throw new UsageError(`nothing was changed: ${found.message} (${found.where}); ${found.why}`, found.fix);
}

/** @throws UsageError where somebody else surely uses what a VIP wants for itself. */
export function refuseStrangers({ warnings }: Plan): void {
  const found = warnings.filter(
    ({ rule, severity }) => severity === 'error' && heardRules.some((name) => name === rule),
  );
  if (found.length === 0) return;
  throw new UsageError(
    `somebody else is there already, so nothing was changed:\n${found.map(({ where, message }) => `  ${where}: ${message}`).join('\n')}`,
    found[0]?.fix,
  );
}
