import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../program.ts';

const OPENSSL = findProgram('openssl');

/** Files of a certificate and its key. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** An authority of the spec's own, in a folder of its own; all keys are of the P-256 curve, which takes no time. */
export class Authority {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'rexec-tls-'));
  readonly ca: string = join(this.folder, 'ca.pem');
  readonly #key: string = join(this.folder, 'ca.key');
  #serial = 0;

  constructor(name = 'authority of a spec') {
    process.once('exit', () => rmSync(this.folder, { recursive: true, force: true }));
    const ca = ['-x509', '-days', '2', '-subj', `/CN=${name}`, '-keyout', this.#key, '-out', this.ca];
    openssl('req', ...NEW_KEY, ...ca);
  }

  /** Of a daemon that has these names: else localhost, and its loopback address. */
  daemon(days = 90, names = 'DNS:localhost,IP:127.0.0.1'): Identity {
    return this.#issue('/CN=localhost', days, `subjectAltName=${names}`);
  }

  /** Of a client. */
  client(name: string): Identity {
    return this.#issue(`/O=spec/CN=${name}`, 2, 'extendedKeyUsage=clientAuth');
  }

  #issue(subject: string, days: number, extension: string): Identity {
    this.#serial += 1;
    const path = (kind: string) => join(this.folder, `${this.#serial}.${kind}`);
    const [key, request, cert, extensions] = [path('key'), path('csr'), path('pem'), path('ext')];
    writeFileSync(extensions, `${extension}\n`);
    openssl('req', ...NEW_KEY, '-subj', subject, '-keyout', key, '-out', request);
    const by = [
      '-CA',
      this.ca,
      '-CAkey',
      this.#key,
      '-set_serial',
      String(this.#serial),
      '-extfile',
      extensions,
    ];
    openssl('x509', '-req', '-in', request, '-out', cert, '-days', String(days), ...by);
    return { cert, key };
  }
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

function openssl(...words: string[]): void {
  execFileSync(OPENSSL!, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
