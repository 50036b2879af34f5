import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { LONGEST_BODY, type Order } from '../protocol.ts';
import type { Ticket } from '../topics.ts';
import { readAssets } from './assets.ts';
import { type DaemonLine, VerbError } from './daemon.ts';
import { Feed } from './feed.ts';
import { HEADERS, Rules, secretOf } from './rules.ts';

const MOST_CONNECTIONS = 64;
const SERVER = {
  maxHeaderSize: 8 * 1024,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
  requireHostHeader: false, // the rules say more
} as const;
const STATUS_OF = { login: 401, role: 403, refused: 409, busy: 503 } as const;
const VERBS = /^\/verb\/(kill|unlock|reload|set|session|leave)$/;

type Terms = Extract<Order, { say: 'terms' }>;

/** What browsers, and Prometheus, get from the panel. */
export class Site {
  readonly #daemon: DaemonLine;
  readonly #terms: Terms;
  readonly #rules: Rules;
  readonly #feed: Feed;
  readonly #assets = readAssets();
  readonly #server: Server;
  #connections = 0;

  constructor(terms: Terms, daemon: DaemonLine) {
    this.#terms = terms;
    this.#rules = new Rules(terms.hosts);
    this.#daemon = daemon;
    this.#feed = new Feed(daemon);
    this.#server = createServer(SERVER, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.emit('listening'); // it listens to nothing, but watches its times from then on
  }

  /** A connection that rexecd accepted. */
  take(socket: Socket): void {
    if (this.#connections >= MOST_CONNECTIONS) return void socket.destroy();
    this.#connections += 1;
    socket.once('close', () => {
      this.#connections -= 1;
    });
    this.#server.emit('connection', socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers, rawHeaders } = request;
    const [path = '/'] = url.split('?');
    const hostCount = rawHeaders.filter((each, index) => index % 2 === 0 && /^host$/i.test(each)).length;
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    const refusal = this.#rules.judge({ method, path, headers, hostCount });
    if (refusal) return say(response, refusal.status, refusal.message);
    try {
      await (method === 'GET' ? this.#get(path, request, response) : this.#post(path, request, response));
    } catch (error) {
      if (!(error instanceof VerbError)) throw error;
      json(response, STATUS_OF[error.kind], { message: error.message, errors: error.errors });
    }
  }

  async #get(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const asset = this.#assets.get(path);
    if (asset) return say(response, 200, asset.body, asset.type);
    if (path === '/metrics') {
      const text = await this.#feed.counters();
      return say(response, 200, text, 'text/plain; version=0.0.4; charset=utf-8');
    }
    if (path !== '/ticket' && path !== '/events') return say(response, 404, 'There is nothing here.');
    const secret = this.#secretOf(request);
    const ticket = (await this.#daemon.askFor(secret, 'ticket')) as Ticket;
    if (path === '/ticket') return json(response, 200, ticket);
    if (this.#feed.isFull) return say(response, 503, 'Too many pages are open: 8 at a time.');
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    await this.#feed.open(secret, ticket, response);
  }

  async #post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request, response);
    if (!body) return;
    if (path === '/ticket') return this.#trade(body, request, response);
    const [, verb] = VERBS.exec(path) ?? [];
    if (verb === undefined) return say(response, 404, 'There is nothing here.');
    const result = await this.#daemon.askFor(this.#secretOf(request), verb, body);
    if (verb !== 'session') await this.#feed.refresh();
    if (verb === 'leave') response.setHeader('Set-Cookie', `${this.#cookie}=; ${COOKIE}; Max-Age=0`);
    json(response, 200, { result });
  }

  /** A ticket for a session: a browser gets it as a cookie, which no script can read, a program as a bearer. */
  async #trade(body: object, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { secret, ticket } = (await this.#daemon.askFor(undefined, 'trade', body)) as {
      secret: string;
      ticket: Ticket;
    };
    if (request.headers['sec-fetch-site'] === undefined)
      return json(response, 200, { ...ticket, bearer: secret });
    const seconds = Math.max(0, Math.floor((ticket.until - Date.now()) / 1000));
    response.setHeader('Set-Cookie', `${this.#cookie}=${secret}; ${COOKIE}; Max-Age=${seconds}`);
    json(response, 200, ticket);
  }

  /** Cookies are not told apart by port: each panel of a machine has a name of its own. */
  get #cookie(): string {
    return `rexecd-panel-${this.#terms.place}`;
  }

  #secretOf({ headers }: IncomingMessage): string {
    const secret = secretOf(headers, this.#cookie);
    if (secret === undefined)
      throw new VerbError('login', 'No ticket. On the machine, ask for one: sudo rexecd panel');
    return secret;
  }
}

const COOKIE = 'HttpOnly; SameSite=Strict; Path=/';

function say(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  if (status >= 400) response.setHeader('Connection', 'close'); // its body, if any, is not read
  response.writeHead(status, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

const json = (response: ServerResponse, status: number, body: unknown): void =>
  say(response, status, JSON.stringify(body), 'application/json; charset=utf-8');

/** An object, or undefined once a refusal was sent. */
async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<object | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LONGEST_BODY) {
      say(response, 413, `The body is longer than ${LONGEST_BODY / 1024} KiB.`);
      return undefined;
    }
    chunks.push(chunk);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  } catch {
    // told below
  }
  say(response, 400, 'The body must be a JSON object.');
  return undefined;
}
