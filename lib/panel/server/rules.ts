import type { IncomingHttpHeaders } from 'node:http';

/** What the rules look at. */
export interface Asked {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** How many `Host` headers there are. */
  readonly hostCount: number;
}

/** Why a request is not served. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
}

/** Who is answered. */
export class Rules {
  readonly #hosts: ReadonlySet<string>;
  readonly #origins: ReadonlySet<string>;

  /** @param hosts names of the `Host` header, in full */
  constructor(hosts: readonly string[]) {
    const names = hosts.map((host) => host.toLowerCase());
    this.#hosts = new Set(names);
    this.#origins = new Set(names.flatMap((host) => [`http://${host}`, `https://${host}`]));
  }

  /**
   * SECURITY: before anything else. A page of another site reaches this port through the browser of a user of this
   * machine: by its own name made to mean this machine (`Host`), or by a request of its own (`Origin`,
   * `Sec-Fetch-Site`). `Host` and `Origin` are never compared with each other: a rebinding page has both the same.
   */
  judge({ method, path, headers, hostCount }: Asked): Refusal | undefined {
    const host = headers.host ?? '';
    if (hostCount !== 1) return { status: 421, message: 'A request must have one Host header.' };
    if (!this.#hosts.has(host.toLowerCase()))
      return {
        status: 421,
        message: `The panel does not answer to the host name ${JSON.stringify(host)}. If a proxy uses this name, add it: sudo rconfig set panel.hosts ${/^[\w.:[\]-]+$/.test(host) ? host : 'NAME:PORT'}`,
      };
    const { origin } = headers;
    if (origin !== undefined && !this.#origins.has(origin.toLowerCase()))
      return { status: 403, message: `Requests from ${JSON.stringify(origin)} are refused.` };
    const site = headers['sec-fetch-site'];
    const isVisit = method === 'GET' && path === '/' && headers['sec-fetch-mode'] === 'navigate';
    // A link to the panel may be followed: it brings no cookie (SameSite=Strict), and the page cannot be framed.
    const isLink = isVisit && headers['sec-fetch-dest'] === 'document';
    if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isLink)
      return { status: 403, message: 'Requests of other sites are refused.' };
    if (method !== 'GET' && method !== 'POST') return { status: 405, message: 'Only GET and POST.' };
    return method === 'POST' ? judgePost(headers) : undefined;
  }
}

function judgePost(headers: IncomingHttpHeaders): Refusal | undefined {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin')
    return { status: 403, message: 'Only the page of the panel may send this.' };
  // A form of another site cannot have this type, and a script of one would have to ask first.
  if (!/^application\/json(\s*;\s*charset=utf-8)?$/i.test(headers['content-type'] ?? ''))
    return { status: 415, message: 'The content type must be application/json.' };
  return undefined;
}

/**
 * The secret of the session. A browser sends a cookie, a program a bearer: what a browser adds to requests by itself
 * counts only with the header by which it says whose request that is.
 */
export function secretOf(headers: IncomingHttpHeaders, cookie: string): string | undefined {
  const [, bearer] = /^Bearer ([\w-]{1,64})$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  if (headers['sec-fetch-site'] === undefined) return undefined;
  for (const each of (headers.cookie ?? '').split(/;\s*/)) {
    const [name, value = ''] = each.split('=');
    if (name === cookie && /^[\w-]{1,64}$/.test(value)) return value;
  }
  return undefined;
}

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Of every answer. None of them lets another site read it. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
  'Cache-Control': 'no-store',
};
