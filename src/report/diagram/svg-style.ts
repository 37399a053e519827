import type { Level } from '../../status/status';

interface Palette {
  ground: string;
  machine: string;
  box: string;
  line: string;
  text: string;
  faint: string;
  levels: Record<Level, string>;
}

/** The colours: each text and line has a contrast of at least 4.5 with its background. */
const light: Palette = {
  ground: '#ffffff',
  machine: '#f4f6f8',
  box: '#ffffff',
  line: '#57606a',
  text: '#1f2328',
  faint: '#57606a',
  levels: { ok: '#1a7f37', note: '#0969da', unknown: '#8250df', warning: '#9a6700', broken: '#cf222e' },
};
const dark: Palette = {
  ground: '#0d1117',
  machine: '#161b22',
  box: '#0d1117',
  line: '#9198a1',
  text: '#f0f6fc',
  faint: '#9198a1',
  levels: { ok: '#3fb950', note: '#58a6ff', unknown: '#bc8cff', warning: '#d29922', broken: '#ff7b72' },
};

const own = (selector: string, rule: string) => `.haprov-diagram ${selector}{${rule}}`;

const shape = [
  '.haprov-diagram{max-width:100%;height:auto}',
  own('.strong', 'font-weight:bold'),
  own('.box rect', 'stroke-width:1.5'),
  own('.function rect', 'stroke-dasharray:5 4'),
  own('.line', 'fill:none;stroke-width:1.5'),
  own('.standby .line', 'stroke-dasharray:5 4'),
];

function colours({ ground, machine, box, line, text, faint, levels }: Palette): string[] {
  return [
    own('.ground', `fill:${ground}`),
    own('text', `fill:${text}`),
    own('.faint,.haprov-diagram .label', `fill:${faint}`),
    own('.box rect', `fill:${box};stroke:${line}`),
    own('.machine rect', `fill:${machine}`),
    own('.line', `stroke:${line}`),
    own('.head', `fill:${line}`),
    ...Object.entries(levels).flatMap(([level, colour]) => [
      own(`.${level} rect,.haprov-diagram .${level} .line`, `stroke:${colour}`),
      own(
        `.${level} .head,.haprov-diagram .${level} .strong,.haprov-diagram text.${level}`,
        `fill:${colour}`,
      ),
    ]),
  ];
}

export const style = [
  ...shape,
  ...colours(light),
  `@media (prefers-color-scheme:dark){${colours(dark).join('')}}`,
].join('');
