/** One end of a TCP connection: a numeric address and a port. */
export interface ConnectionEnd {
  readonly address: string;
  readonly port: number;
}

/** What a proxy says before it passes on a connection, once, and then the bytes of that connection. */
export type ProxyFrame =
  | { readonly type: 'proxied'; readonly source: ConnectionEnd; readonly destination: ConnectionEnd }
  | { readonly type: 'unproxied' } // of the proxy itself, such as a health check, or of an end that has no address of TCP
  | { readonly type: 'data'; readonly chunk: Buffer };
