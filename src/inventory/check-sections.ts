import type { Path } from '../document/document';
import type { Checkable, Report } from './checkable';
import { haproxySections } from './haproxy-sections';

/** Whether haprov writes a section of that name itself. */
export const isReserved = (name: string) => name === 'stats' || name.startsWith('haprov_');

const heading = new RegExp(`^[ \\t]*(${haproxySections})[ \\t]+([^\\s#]+)`, 'gm');

/** Sections of the user's own, which stand in one file with those of haprov. */
export function checkHaproxySections({ haproxy, services }: Checkable, report: Report): void {
  const { sections = [], config } = haproxy ?? {};
  if (config !== undefined && sections.length > 0)
    report(['haproxy', 'sections'], 'stands beside haproxy.config, which is all there is', 'one of the two');
  const taken = new Map<string, string>();
  sections.forEach((text, index) => {
    for (const [, kind = '', name = ''] of text?.matchAll(heading) ?? []) {
      const at: Path = ['haproxy', 'sections', index];
      const isProxy = ['listen', 'frontend', 'backend'].includes(kind);
      if (isProxy && services && Object.hasOwn(services, name))
        report(at, `${kind} ${name} has the name of a service`, 'another name');
      if (isReserved(name)) report(at, `${kind} ${name} has the name of a section that haprov writes`);
      // A frontend and a backend may be called alike.
      const known = taken.get(`${kind} ${name}`);
      if (known !== undefined) report(at, `${kind} ${name} stands here twice`, 'another name');
      taken.set(`${kind} ${name}`, name);
    }
  });
}

/** Whether lines of the user's own lead to a service; HAProxy's own reader comes later. */
export const isLedToByLines = ({ haproxy, services = {} }: Checkable, name: string): boolean =>
  [...(haproxy?.sections ?? []), ...Object.values(services).flatMap((service) => service?.extra ?? [])].some(
    (text) => text === undefined || leadsTo(text, name),
  );

const leadsTo = (text: string, name: string) =>
  [...text.matchAll(/(?:^|\n)[ \t]*(?:use_backend|default_backend)[ \t]+(\S+)/g)].some(
    ([, to]) => to === name,
  );
