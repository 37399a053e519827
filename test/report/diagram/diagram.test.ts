import { resolve } from 'node:path';
import type { Diagram } from '../../../src/report/diagram/diagram';
import { diagramOf } from '../../../src/report/diagram/from-inventory';
import { type Box, layOut } from '../../../src/report/diagram/layout';
import { renderMermaid } from '../../../src/report/diagram/mermaid';
import { renderSvg } from '../../../src/report/diagram/svg';
import { renderDiagramText } from '../../../src/report/diagram/text';
import { allVisible } from '../../../src/report/level';
import { displayWidth } from '../../../src/text/format';
import { environment, inventories, inventoryOf } from '../../support/inventories';
import { loadInventory } from '../../support/load-inventory';
import fc from '../../support/property';
import { fourNodes, hostOff, splitBrain } from '../../support/statuses';
import { checkMermaid, checkXml } from './markup';

const example = loadInventory(resolve('inventory.example.json'), environment);
const four = loadInventory(resolve('examples/four-nodes.json'), environment);
const diagrams: Record<string, Diagram> = {
  example: diagramOf(example),
  'example with a host off': diagramOf(example, hostOff),
  'example with two holders': diagramOf(example, splitBrain),
  'four nodes now': diagramOf(four, fourNodes),
  ...Object.fromEntries(
    inventories.map((name) => [name, diagramOf(loadInventory(inventoryOf(name), environment))]),
  ),
};

const within = (inner: Box, outer: Box) =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;
const apart = (a: Box, b: Box) =>
  a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;

const CHARACTER = 13 * 0.61;
const areaOf = ({ text, x, y }: { text: string; x: number; y: number }): Box => ({
  id: text,
  kind: 'function',
  x,
  y: y - 11,
  width: displayWidth(text) * CHARACTER,
  height: 14,
  texts: [],
});

/** Boxes are apart, or one is a machine with the other in it; texts are in their boxes, labels in nobody's but machines. */
function checkLayout(diagram: Diagram): void {
  const { boxes, arrows, width, height } = layOut(allVisible(diagram));
  const whole: Box = { id: '', kind: 'machine', x: 0, y: 0, width, height, texts: [] };
  const faults: string[] = [];
  const claim = (fine: boolean, ...about: unknown[]) => fine || faults.push(JSON.stringify(about));
  const functions = new Map(
    diagram.machines.map(({ id, functions }) => [id, functions.map((one) => one.id)]),
  );
  for (const [index, a] of boxes.entries()) {
    claim(within(a, whole), 'outside', a);
    for (const text of a.texts) claim(within(areaOf(text), a), 'text outside', a.id, text);
    for (const b of boxes.slice(index + 1)) {
      const isInside = functions.get(a.id)?.includes(b.id);
      claim(isInside ? within(b, a) && a.texts.every((text) => apart(areaOf(text), b)) : apart(a, b), a, b);
    }
  }
  const labels = arrows.flatMap(({ label }) => label ?? []).map(areaOf);
  for (const [index, label] of labels.entries()) {
    for (const one of boxes.filter(({ kind }) => kind !== 'machine')) claim(apart(label, one), label, one);
    for (const text of boxes.flatMap(({ texts }) => texts)) claim(apart(label, areaOf(text)), label, text);
    for (const other of labels.slice(index + 1)) claim(apart(label, other), label, other);
  }
  expect(faults).toEqual([]);
}

function checkAll(diagram: Diagram): void {
  checkLayout(diagram);
  checkXml(renderSvg(diagram));
  checkMermaid(renderMermaid(diagram));
  for (const columns of [30, 40, 80, 120]) {
    const lines = renderDiagramText(diagram, { color: false, columns }).split('\n');
    expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(columns);
    expect(lines.join('')).not.toMatch(/\p{Cc}/u);
  }
}

test.each(Object.entries(diagrams))('%s: nothing over anything else, and well-formed', (_name, diagram) => {
  checkAll(diagram);
});

test('whatever things are called', () => {
  const nasty = fc.oneof(
    fc.constantFrom(
      '"]); end',
      '</text><script>',
      '&amp;',
      ']]>',
      '`a`',
      '#quot;',
      '%%{init: {}}%%',
      '1. x',
      '- y',
    ),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 90 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(diagrams)),
      fc.array(nasty, { minLength: 1 }),
      (diagram, texts) => {
        let next = 0;
        const other = () => texts[next++ % texts.length] ?? '';
        const part = <P extends { name: string; lines: string[] }>(one: P): P => ({
          ...one,
          name: other(),
          lines: [...one.lines.map(other), other()],
        });
        checkAll({
          ...diagram,
          name: other(),
          now: { level: 'warning', headline: other(), at: other() },
          addresses: diagram.addresses.map(part),
          machines: diagram.machines.map((machine) => ({
            ...part(machine),
            functions: machine.functions.map(part),
          })),
          ways: diagram.ways.map((way) => ({ ...way, label: other(), level: 'broken' })),
        });
      },
    ),
    { numRuns: 25 },
  );
});

test('the checks see what is wrong', () => {
  const svg = renderSvg(diagrams.example as Diagram);
  expect(() => checkXml(svg.replace('fred', 'f<red'))).toThrow('not XML');
  expect(() => checkXml(svg.replace('</g>', ''))).toThrow('closes something else');
  expect(() => checkMermaid(`${renderMermaid(diagrams.example as Diagram)}\n  a["b"c"]`)).toThrow(
    'not a line',
  );
});

test('the SVG needs nothing from elsewhere, is for dark and light, and for those who do not see it', () => {
  const svg = renderSvg(diagrams['example with a host off'] as Diagram);
  expect(svg).not.toMatch(/<script|<image|<foreignObject|@import|@font-face|url\(|href/);
  expect(svg.match(/https?:[^" ]*/g)).toEqual(['http://www.w3.org/2000/svg']);
  expect(svg).toContain('@media (prefers-color-scheme:dark)');
  expect(svg).toContain('router37 (ok) to HAProxy on fred (ok): priority 101, ok.');
  expect(svg).toContain('HAProxy on fred (ok) to cluster37 on ethyl (broken): 8080, broken.');
  expect(svg).toContain('✗ ethyl (192.168.56.202) cannot be reached over SSH');
});

test('Mermaid: a machine is a subgraph, a way not taken is dashed', () => {
  expect(renderMermaid(diagrams.example as Diagram).split('\n')).toEqual([
    '---',
    'title: "cluster37: the way of a packet"',
    '---',
    'flowchart LR',
    '  client(["client"])',
    '  a0["router37<br/>192.168.56.200<br/>VRRP 37"]',
    ...['fred', 'ethyl'].flatMap((name, index) => [
      `  subgraph m${index}["${name}, 192.168.56.20${index + 1}"]`,
      `    m${index}k["keepalived"]`,
      `    m${index}h["HAProxy"]`,
      `    m${index}s0["cluster37"]`,
      '  end',
    ]),
    '  client -->|"80 cluster37"| a0',
    '  client -->|"8989 statistics"| a0',
    '  a0 -->|"priority 101"| m0h',
    '  a0 -.->|"priority 100"| m1h',
    '  m0h -->|"8080"| m0s0',
    '  m0h -->|"8080"| m1s0',
    '  m1h -.->|"8080"| m0s0',
    '  m1h -.->|"8080"| m1s0',
    '  classDef function stroke-dasharray:5 4',
    '  class m0k,m0h,m0s0,m1k,m1h,m1s0 function',
  ]);
});

test('a VIP without HAProxy leads to what answers there, and by the kernel to its servers', () => {
  const own = renderMermaid(diagrams['16-dns-vip'] as Diagram);
  expect(own).not.toContain('HAProxy');
  expect(own.split('\n')).toEqual(
    expect.arrayContaining([
      '    m0v0["named"]',
      '  client -->|"53"| a0',
      '  client -->|"53/udp"| a0',
      '  a0 -->|"priority 101"| m0v0',
      '  a0 -.->|"priority 100"| m1v0',
    ]),
  );
  const kernel = renderMermaid(diagrams['17-lvs'] as Diagram);
  expect(kernel).not.toContain('HAProxy');
  expect(kernel.split('\n')).toEqual(
    expect.arrayContaining([
      '  client -->|"53/udp dns, LVS DR"| a0',
      '    m0v0["LVS"]',
      '  m0v0 -->|"8080"| m3s1',
      '  m1v0 -.->|"8080"| m3s1',
    ]),
  );
});

test('a service says where its routes lead, what it answers itself, and all of its ports', () => {
  const ways = (name: string) =>
    (diagrams[name] as Diagram).ways.filter(({ from }) => from === 'client').map(({ label }) => label);
  expect(ways('14-many-names')).toEqual([
    '443 web, TLS, answers 404, to 5 services',
    '80 plain, redirected, to acme',
    '8989 statistics',
  ]);
  expect(ways('15-sni')).toContain('443 tls, TCP, to git apps');
  expect(ways('25-prometheus')).toContain('8405 metrics, metrics');
  expect(ways('26-ftp')).toContain('50000-50100 ftp-passive, TCP');
  const { machines, ways: all } = diagrams['26-ftp'] as Diagram;
  const servers = machines.flatMap(({ functions }) => functions).filter(({ name }) => name === 'ftp-passive');
  const labels = all.filter(({ to }) => servers.some(({ id }) => id === to)).map(({ label }) => label);
  expect(new Set(labels)).toEqual(new Set(['50000-50100']));
});

test('a VIP of many addresses names the first of them', () => {
  const { addresses } = diagrams['21-many-addresses'] as Diagram;
  expect(addresses[0]?.lines).toEqual([
    '192.168.56.200',
    '192.168.56.210',
    '192.168.56.211',
    'and 4 more',
    'VRRP 51',
  ]);
});

test('text: two machines beside each other at 80 columns, one below the other at 40', () => {
  const text = (columns: number) => renderDiagramText(diagrams.example as Diagram, { color: false, columns });
  expect(text(80)).toContain(
    '│ fred  192.168.56.201                │  │ ethyl  192.168.56.202               │',
  );
  expect(text(40)).toContain(
    [
      'client',
      '  │ 80 cluster37',
      '  │ 8989 statistics',
      '  ▼',
      'router37  192.168.56.200  VRRP 37',
      '  ├──▶ HAProxy on fred, priority 101',
      '  └╌╌▷ HAProxy on ethyl, priority 100',
      '',
      '┌──────────────────────────────────────┐',
      '│ fred  192.168.56.201                 │',
    ].join('\n'),
  );
});
