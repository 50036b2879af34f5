import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { ExecOptions } from '../../../lib/client/index.ts';
import { type DaemonOptions, type DaemonUnderTest, PASSWORD, startDaemon, USER } from '../daemon/daemon.ts';
import { findProgram, Program } from '../program.ts';
import { Authority, type Identity } from './certificates.ts';

const OPENSSL = findProgram('openssl');

/** Why there is no TLS to try here; false where there is. */
export const noOpenssl: string | false = !OPENSSL && 'needs openssl (Debian: openssl)';

/** What every daemon and every client of a file's specs goes by. */
export class TlsBench {
  readonly authority: Authority = new Authority();
  readonly identity: Identity = this.authority.daemon();
  readonly ca: Buffer = readFileSync(this.authority.ca);

  /** Settings of a daemon that speaks TLS on a free port. */
  get settings() {
    const { cert, key } = this.identity;
    return { listen: ['127.0.0.1:0', 'tls:127.0.0.1:0'], tlsCertificate: cert, tlsKey: key };
  }

  async start(t: TestContext, options: DaemonOptions = {}): Promise<TlsDaemon> {
    const daemon = await startDaemon(t, { ...this.settings, ...options });
    return Object.assign(daemon, { tlsPort: daemon.daemon.addresses.tls!.port });
  }

  /** Options of a client that knows user, password and authority. */
  client({ tlsPort: port }: TlsDaemon, more: Partial<ExecOptions> = {}): ExecOptions {
    return { user: USER, password: PASSWORD, port, tls: { ca: this.ca }, ...more };
  }

  /** `openssl s_client`, which ends when the daemon does; what it is given is latin1. */
  openssl(t: TestContext, { tlsPort }: TlsDaemon, input: string, ...words: string[]): Program {
    const where = ['-connect', `127.0.0.1:${tlsPort}`, '-CAfile', this.authority.ca, '-verify_return_error'];
    return new Program(t, OPENSSL!, ['s_client', ...where, '-quiet', ...words], {
      stdin: Buffer.from(input, 'latin1'),
    });
  }
}

export type TlsDaemon = DaemonUnderTest & { readonly tlsPort: number };
