import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { UsageError } from '../errors';
import { pageStyle } from '../report/page/document';
import {
  pageScript,
  renderStatusPage,
  renderStatusUpdate,
  type StatusView,
} from '../report/page/status-page';
import type { Status } from '../status/status';
import { admit, headersWith } from './gate';
import { openStream } from './stream';
import { type Latest, type WatchOptions, watch } from './watch';

export interface ServeOptions extends WatchOptions {
  /** 0 takes any that is free. */
  port: number;
  /** Closes it. */
  signal?: AbortSignal;
  /** A picture of a status, as SVG. */
  draw?: (status: Status) => string;
}

export interface Served {
  /** With its token: whoever knows it can read the page. */
  url: string;
  /** Ends all connections and waits for nothing else: a look under way is not waited for. */
  close(): Promise<void>;
}

/** Readers who know the token: a browser holds one connection a page and some for a moment. */
const mostReaders = 20;
/** Connections over which nobody has shown the token yet: the newest may be a reader's. */
const mostStrangers = 20;
/** How long a page that is loaded waits for a look; its stream brings what comes later. */
const patienceMs = 3_000;

/**
 * Shows the status as a page of this machine alone, under an address that nobody can guess; whatever else is asked for
 * is not there (404). Looks only while a page is open or loaded.
 * @throws UsageError when the port cannot be had
 */
export async function serveStatus(options: ServeOptions): Promise<Served> {
  const token = randomBytes(32).toString('base64url');
  const headers = headersWith({ style: pageStyle, script: pageScript });
  const watching = watch(options);
  const strangers = new Set<Socket>();
  const readers = new Set<Socket>();
  const refreshSeconds = Math.max(5, Math.ceil(options.intervalMs / 1000));
  const viewOf = (seen: Latest): StatusView => ({ ...seen, diagram: seen.status && drawn(seen.status) });

  function drawn(status: Status): string | undefined {
    try {
      return options.draw?.(status);
    } catch (error) {
      options.onError?.(error);
      return undefined;
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = admit(request, token, portOf(server));
    if (wanted) {
      strangers.delete(request.socket);
      readers.add(request.socket);
    }
    if (wanted && readers.size > mostReaders) {
      response.writeHead(503, { ...headers, connection: 'close' }).end();
    } else if (!wanted) {
      response.writeHead(404, { ...headers, connection: 'close' }).end();
    } else if (request.method === 'HEAD') {
      response.writeHead(200, { ...headers, 'content-type': types[wanted] }).end();
    } else if (wanted === 'page') {
      const page = renderStatusPage(viewOf(await watching.fresh(patienceMs)), refreshSeconds);
      response.writeHead(200, { ...headers, 'content-type': types.page }).end(page);
    } else {
      const stream = openStream(response, { ...headers, 'content-type': types.live });
      const leave = watching.join((seen) =>
        stream.send('status', JSON.stringify(renderStatusUpdate(viewOf(seen)))),
      );
      response.once('close', leave);
    }
  }

  const server = createServer(
    {
      maxHeaderSize: 8 << 10,
      headersTimeout: 5_000,
      requestTimeout: 5_000,
      keepAliveTimeout: 2_000,
      connectionsCheckingInterval: 1_000,
    },
    (request, response) => {
      answer(request, response).catch((error) => {
        options.onError?.(error);
        response.destroy();
      });
    },
  );
  server.on('connection', (socket) => {
    strangers.add(socket);
    socket.once('close', () => {
      strangers.delete(socket);
      readers.delete(socket);
    });
    // Whoever holds connections and says nothing makes room: nobody is kept out by them.
    const [oldest] = strangers;
    if (strangers.size > mostStrangers) oldest?.destroy();
  });
  // Of those who connect and say nothing; a stream's beats keep it open.
  server.timeout = 20_000;
  await listen(server, options.port);

  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= new Promise((done) => {
      watching.stop();
      server.close(() => done());
      server.closeAllConnections();
    });
    return closed;
  };
  options.signal?.addEventListener('abort', close, { once: true });
  if (options.signal?.aborted) await close();
  return { url: `http://127.0.0.1:${portOf(server)}/${token}/`, close };
}

const types = { page: 'text/html; charset=utf-8', live: 'text/event-stream; charset=utf-8' };
const portOf = (server: Server) => (server.address() as AddressInfo | null)?.port ?? 0;

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE')
      throw new UsageError(
        `port ${port} of 127.0.0.1 is in use by another program`,
        'name another with --listen, or leave it out: then any free port is taken',
      );
    if (code === 'EACCES')
      throw new UsageError(
        `port ${port} of 127.0.0.1 is not for this user`,
        'name one above 1023 with --listen, or leave it out: then any free port is taken',
      );
    throw new UsageError(`port ${port} of 127.0.0.1 cannot be listened at: ${message}`);
  }
}
