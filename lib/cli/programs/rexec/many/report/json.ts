import { ExecError, type RemoteCommand } from '../../../../../client/index.ts';
import { printableJson } from '../../../../../text/index.ts';
import type { Target } from '../../hosts/target.ts';
import { Keeper } from './kept.ts';
import { type Outcome, type Outlets, type Report, statusText } from './report.ts';

/** One line per host, as it ends. */
export class Json implements Report {
  readonly #outlets: Outlets;
  readonly #keeper: Keeper;

  constructor(outlets: Outlets, limit: number) {
    this.#outlets = outlets;
    this.#keeper = new Keeper(limit);
  }

  follow(target: Target, remote: RemoteCommand): Promise<void> {
    return this.#keeper.read(target, remote);
  }

  async ended(outcome: Outcome): Promise<void> {
    const { target, user, port, seconds, exit, result } = outcome;
    const { stdout, stderr } = this.#keeper.take(target);
    const encoding = isText(stdout.bytes) && isText(stderr.bytes) ? 'utf8' : 'base64';
    const line = {
      host: target.host,
      port,
      user,
      exit,
      exitCode: result?.exitCode ?? null,
      signal: result?.signal ?? null,
      seconds: Math.round(seconds * 1000) / 1000,
      encoding,
      stdout: stdout.bytes.toString(encoding),
      stderr: stderr.bytes.toString(encoding),
      dropped: stdout.dropped + stderr.dropped,
      error: result ? null : errorFields(outcome),
    };
    await this.#outlets.out.write(`${printableJson(line)}\n`);
  }

  async finish(): Promise<void> {}
}

const errorFields = (outcome: Outcome) =>
  outcome.error instanceof ExecError
    ? { code: outcome.error.code, phase: outcome.error.phase, message: outcome.error.message }
    : { code: 'REXEC_ABORTED', phase: 'request', message: statusText(outcome) };

const utf8 = new TextDecoder('utf-8', { fatal: true });

function isText(bytes: Buffer): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
