import { routesOf } from './haproxy/route';
import type { Section } from './haproxy/section';
import { serversOf } from './haproxy/server';
import { gone, type Loss } from './loss';

const redirect = /^(http-request )?redirect /;
const answer = /^http-request (?:return|use-service|deny) /;

/** Whether a section that clients come to has somebody to send them to; a frontend names its backends elsewhere. */
export const serves = (section: Section): boolean =>
  section.kind === 'frontend' ||
  section.directives.some(({ words: [keyword] }) =>
    ['use_backend', 'default_backend'].includes(keyword ?? ''),
  ) ||
  hasServer(section) ||
  answersItself(section);

/** One that its own line does not take out. */
const hasServer = (section: Section) =>
  section.directives.some(({ words: [keyword] }) => keyword === 'dispatch') ||
  serversOf(section).some(({ options }) => !options.has('disabled'));

const answersItself = ({ directives }: Section) =>
  directives.some(({ words }) => {
    const row = words.join(' ');
    return redirect.test(row) || answer.test(row) || words[0] === 'stats';
  });

/** Backends that a frontend sends clients to, or may, and that had servers: they are empty, or not there any more. */
export function emptiedBackends(before: readonly Section[], after: readonly Section[]): Loss[] {
  const routes = (sections: readonly Section[]) =>
    sections
      .filter(({ kind }) => kind === 'frontend' || kind === 'listen')
      .flatMap((section) => routesOf(section, sections));
  const named = (sections: readonly Section[]) => new Set(routes(sections).map(({ name }) => name));
  const byRequest = (sections: readonly Section[]) => routes(sections).some(({ name }) => name === undefined);
  const mayReach = byRequest(before) && byRequest(after);
  const led = named(after);
  return before
    .filter((one) => one.kind === 'backend' && hasServer(one))
    .flatMap(({ name }) => {
      const now = after.find((one) => (one.kind === 'backend' || one.kind === 'listen') && one.name === name);
      // That nothing leads there any more is told of the routes.
      if (!led.has(name) && (!mayReach || named(before).has(name))) return [];
      if (!now) return [gone(`backend ${name} is there no more`)];
      return hasServer(now) || answersItself(now) ? [] : [gone(`backend ${name} has no server any more`)];
    });
}
