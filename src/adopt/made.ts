import { writeBelow } from '../document/write-below';

/** An inventory, and its files by their places beside it. */
export interface Made {
  inventory: object;
  files: ReadonlyMap<string, { content: Buffer; isSecret: boolean }>;
}

/** Writes an inventory and its files. @throws UsageError */
export function writeMade(folder: string, { inventory, files }: Made): void {
  for (const [place, { content, isSecret }] of files)
    writeBelow(folder, place, content, isSecret ? 0o600 : 0o644);
  writeBelow(folder, 'inventory.json', asJson(inventory), 0o644);
}

export const asJson = (value: object) => Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
