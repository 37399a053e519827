import { resolve } from 'node:path';
import { InputError } from '../errors';
import { buildInventory, loadInventory, readInventory } from '../inventory/load';
import type { Answers } from '../inventory/sources';
import type { CommonOptions, Context } from '../planning/context';
import { tellsOfPrograms } from '../planning/desired-state';
import { readOwnConfiguration } from '../planning/own-configuration';
import { statusObserver } from '../planning/status-observer';
import type { Diagram } from '../report/diagram/diagram';
import { diagramOf } from '../report/diagram/from-inventory';
import { renderMermaid } from '../report/diagram/mermaid';
import { renderSvg } from '../report/diagram/svg';
import { renderDiagramText } from '../report/diagram/text';
import { withoutUndrawn } from './undrawn';

export interface DiagramOptions extends CommonOptions {
  format: 'svg' | 'mermaid' | 'text';
  /** Asks the hosts, and colours each part by its state. */
  live: boolean;
}

/** Draws a packet's way from the client to the service; `text` as wide, and with colours where, the context has them. @throws InputError */
export async function diagram(options: DiagramOptions, context: Context): Promise<string> {
  const diagram = options.live ? await lookAt(options, context) : await readPicture(options, context);
  if (options.format === 'svg') return renderSvg(diagram);
  if (options.format === 'mermaid') return renderMermaid(diagram);
  return renderDiagramText(diagram, context);
}

async function lookAt(options: DiagramOptions, context: Context): Promise<Diagram> {
  const inventory = readOwnConfiguration(await loadInventory(resolve(options.inventory), context)).inventory;
  const look = statusObserver(options, context);
  try {
    return diagramOf(inventory, await look.look());
  } finally {
    look.close();
  }
}

/** Stands for a value that is elsewhere: valid as a password and as a host name. */
const placeholder = 'not-set';

/** Variables and files are there to be read; a program or a person would have to be asked. */
const ofNobody: Answers = (reference) =>
  'command' in reference || 'secret' in reference ? { value: placeholder } : undefined;

/** A diagram shows no secrets, so nobody is asked for them; what it does show must be there. */
async function readPicture(options: DiagramOptions, context: Context): Promise<Diagram> {
  const { env } = context;
  const file = resolve(options.inventory);
  const filled = new Proxy(env, { get: (known, name) => known[String(name)] || placeholder });
  try {
    const said = buildInventory(withoutUndrawn(readInventory(file)), filled, ofNobody);
    const diagram = diagramOf(readOwnConfiguration(said).inventory);
    if (!JSON.stringify(diagram).includes(placeholder)) return diagram;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  const told = await loadInventory(file, context, tellsOfPrograms(context));
  return diagramOf(readOwnConfiguration(told).inventory);
}
