import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { messageOf, UsageError } from '../errors';
import { pageStyle } from '../report/page/document';
import { type RunsView, renderRunPage, renderRunsPage } from '../report/page/runs-page';
import {
  pageScript,
  renderStatusPage,
  renderStatusUpdate,
  type StatusView,
} from '../report/page/status-page';
import { renderMetrics } from '../report/status-metrics';
import type { Status } from '../status/status';
import { admit, headersWith, type Wanted } from './admit-request';
import { inTurn } from './ask-in-turn';
import { type Latest, type WatchOptions, watch } from './status-looker';
import { openStream } from './stream';

interface ServeOptions extends WatchOptions {
  /** The port to listen on; 0 takes a free one. */
  port: number;
  /** The token of its path, where it is to stay the same; another each time otherwise. */
  token?: string | undefined;
  /** Closes the server. */
  signal?: AbortSignal;
  /** What the hosts keep of their runs; of one by its name, with what it changed. Rejects where nobody can be asked. */
  runs?: (run?: string) => Promise<RunsView>;
  /** Draws a status as SVG. */
  draw?: (status: Status) => string;
}

export interface Served {
  /** The page's address with the token; everybody who knows it can read the page. */
  url: string;
  /** Closes all connections, without waiting for a look under way. */
  close(): Promise<void>;
}

/** How many connections may have shown the token: a browser holds one for each page, and more for a moment. */
const mostReaders = 20;
/** How many connections may not have shown the token; beyond that the oldest is closed: the newest may be a reader's. */
const mostStrangers = 20;
/** How many milliseconds loading a page waits for a look; the stream brings later results. */
const patienceMs = 3_000;
/** How many milliseconds a scrape waits for a look: less than the ten seconds after which Prometheus gives up. */
const scrapePatienceMs = 8_000;
/** How many milliseconds loading runs waits for the hosts. */
const runsPatienceMs = 120_000;

/**
 * Serves the status as a page on 127.0.0.1, at a path with a random token; answers 404 to everything else. Looks at the
 * hosts only while a page is open or being loaded.
 * @throws UsageError when it cannot listen on the port
 */
export async function serveStatus(options: ServeOptions): Promise<Served> {
  const token = options.token ?? randomBytes(32).toString('base64url');
  const headers = headersWith({ style: pageStyle, script: pageScript });
  const watching = watch(options);
  const runs = options.runs && inTurn(options.runs);
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

  const send = (response: ServerResponse, page: string) =>
    response.writeHead(200, { ...headers, 'content-type': htmlType }).end(page);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const wanted = admit(request, token, portOf(server));
    if (wanted) {
      strangers.delete(request.socket);
      readers.add(request.socket);
    }
    if (wanted && readers.size > mostReaders) {
      response.writeHead(503, { ...headers, connection: 'close' }).end();
    } else if (!wanted || (isAboutRuns(wanted) && !runs)) {
      response.writeHead(404, { ...headers, connection: 'close' }).end();
    } else if (request.method === 'HEAD') {
      response.writeHead(200, { ...headers, 'content-type': typeOf(wanted) }).end();
    } else if (wanted.kind === 'metrics') {
      const { status, trouble } = await watching.fresh(scrapePatienceMs);
      if (!status || trouble !== undefined) response.writeHead(503, headers).end();
      else response.writeHead(200, { ...headers, 'content-type': metricsType }).end(renderMetrics(status));
    } else if (wanted.kind === 'page') {
      const view = viewOf(await watching.fresh(patienceMs));
      send(response, renderStatusPage(view, refreshSeconds, runs !== undefined));
    } else if (runs && isAboutRuns(wanted)) {
      // Hosts that do not answer are waited for longer than an idle connection is.
      request.socket.setTimeout(runsPatienceMs);
      const about = wanted.kind === 'run' ? wanted.run : undefined;
      const view = await runs(about).catch((error: unknown): RunsView => {
        options.onError?.(error);
        return { runs: [], trouble: messageOf(error) };
      });
      send(response, about === undefined ? renderRunsPage(view) : renderRunPage(about, view));
    } else {
      const stream = openStream(response, { ...headers, 'content-type': typeOf(wanted) });
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
    // Connections that send nothing must not keep readers out.
    const [oldest] = strangers;
    if (strangers.size > mostStrangers) oldest?.destroy();
  });
  // Closes connections that are idle; the beats keep a stream open.
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

const htmlType = 'text/html; charset=utf-8';
const metricsType = 'text/plain; version=0.0.4; charset=utf-8';
const typeOf = ({ kind }: Wanted) =>
  kind === 'live' ? 'text/event-stream; charset=utf-8' : kind === 'metrics' ? metricsType : htmlType;
const isAboutRuns = ({ kind }: Wanted) => kind === 'runs' || kind === 'run';
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
