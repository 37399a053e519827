import type { Route } from '../inventory/inventory';
import type { Found, Rule } from './subject';

/** A route that never gets a request, since one before it takes all that would fit. */
export const routeHidden: Rule = {
  name: 'route-hidden',
  check: ({ inventory: { services } }) =>
    services.flatMap(({ name, routes }) =>
      routes.flatMap((route, index): Found[] => {
        const first = routes.slice(0, index).findIndex((earlier) => takesAllOf(earlier, route));
        if (first < 0) return [];
        return [
          {
            severity: 'warning',
            at: { path: ['services', name, 'routes', index] },
            message: `the route before it to ${routes[first]?.service?.name ?? 'others'} takes all that fits this one`,
            why: 'the first route that fits is taken, so this one never is',
            fix: 'put the narrower route first, or take it out',
          },
        ];
      }),
    ),
};

/** Whether every request that fits `later` fits `earlier` too. */
const takesAllOf = (earlier: Route, later: Route): boolean =>
  earlier.service !== undefined &&
  !earlier.asksMore &&
  isWithin(later.hosts, earlier.hosts, nameFits) &&
  isWithin(later.sni, earlier.sni, nameFits) &&
  isWithin(later.paths, earlier.paths, (path, start) => path.startsWith(start));

/** Nothing is no condition. */
const isWithin = (
  narrow: readonly string[],
  wide: readonly string[],
  fits: (one: string, other: string) => boolean,
): boolean =>
  wide.length === 0 || (narrow.length > 0 && narrow.every((one) => wide.some((other) => fits(one, other))));

function nameFits(name: string, pattern: string): boolean {
  const [low, wanted] = [name.toLowerCase(), pattern.toLowerCase()];
  return low === wanted || (wanted.startsWith('*') && low.replace(/^\*/, '').endsWith(wanted.slice(1)));
}
