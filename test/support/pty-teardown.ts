import { rmSync } from 'node:fs';

/** Removes what the setup has installed. */
export default function removeInstalled(): void {
  const { HAPROV_INSTALLED: folder } = process.env;
  if (folder) rmSync(folder, { recursive: true, force: true });
}
