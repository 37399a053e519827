import type { ServerResponse } from 'node:http';

/** Milliseconds between beats; a page that receives none for three intervals says so. */
const beatMs = 5_000;
/** How many bytes may wait for a reader that does not read; a page is some tens of KiB. */
const mostWaiting = 4 << 20;

export interface Stream {
  send(event: string, data: string): void;
}

/** Sends Server-Sent Events, with beats, to one reader. Disconnects one that does not read; a living browser reconnects. */
export function openStream(response: ServerResponse, headers: Record<string, string>): Stream {
  response.writeHead(200, headers);
  const write = (text: string) => {
    if (response.destroyed || response.writableEnded) return;
    if (response.writableLength > mostWaiting) response.destroy();
    else response.write(text);
  };
  const beat = setInterval(() => write('event: beat\ndata:\n\n'), beatMs);
  response.once('close', () => clearInterval(beat));
  write(': here is what is seen\n\n');
  return { send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`) };
}
