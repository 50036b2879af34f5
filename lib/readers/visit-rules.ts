import type { Secret } from '../base/index.ts';
import type { Report } from './reader-protocol.ts';

/**
 * - `receiving`: the request is on its way. `connecting`: it waits for the stderr port.
 * - `verifying`: it is complete. `releasing`: the reader is to stop reading.
 * - `carrying`: the reader joins a secure connection to its host.
 * - `closing`: refused or closed; what the reader said before it knew is dropped.
 * - `over`: nothing more may come.
 */
export type State = 'receiving' | 'connecting' | 'verifying' | 'releasing' | 'carrying' | 'closing' | 'over';

/** Which reports each state takes; `bytes` only if it was asked for. */
const TAKES: Readonly<Record<State, readonly Report['say'][]>> = {
  receiving: ['port', 'request', 'failed', 'gone'],
  connecting: ['failed', 'gone'],
  verifying: ['gone'],
  releasing: ['released', 'gone'],
  carrying: ['gone', 'over'],
  closing: ['port', 'request', 'failed', 'released', 'gone', 'over'],
  over: [],
};

const LONGEST_SECRET = 256; // bytes

/** What a reader may say about one visit. SECURITY: it may have been taken over by a peer. */
export class VisitRules {
  state: State = 'receiving';
  readonly #secure: boolean;
  readonly #lowestPort: number;
  readonly #said = new Set<Report['say']>();
  #asked = 0;

  constructor(secure: boolean, lowestPort: number) {
    this.#secure = secure;
    this.#lowestPort = lowestPort;
  }

  /** Its bytes were asked for: one answer may come. */
  ask(): void {
    this.#asked += 1;
  }

  /** Whether this report may come now; each may come once. A secret may come with a request. */
  allows(report: Report, secret: Secret): boolean {
    const { say } = report;
    if (secret.length > (say === 'request' ? LONGEST_SECRET : 0)) return false;
    if (say === 'bytes') {
      this.#asked -= 1;
      return this.#asked >= 0;
    }
    const expected = TAKES[this.state].includes(say) && !this.#said.has(say);
    this.#said.add(say);
    return expected && this.#isPossible(report);
  }

  /** What no peer can bring about. */
  #isPossible(report: Report): boolean {
    if (report.say === 'port') return report.port >= this.#lowestPort && (this.#secure || !report.muxed);
    if (report.say === 'request') return this.#secure || report.certificate === undefined;
    return true;
  }
}
