import { type Answer, type LoadReport, type LoadTarget, runLoad, trySession } from '../../lib/load/index.ts';
import { ACCOUNT } from './host.ts';

/** Sessions on one peer. */
export class Sessions {
  readonly port: number;
  readonly #target: LoadTarget;
  #expected: Promise<Answer> | undefined;

  constructor(port: number, command = ':', user: string = ACCOUNT.user) {
    const { password } = ACCOUNT;
    this.port = port;
    this.#target = { host: '127.0.0.1', port, user, password: Buffer.from(password), command };
  }

  /** What a session is answered. */
  readonly answer = async (): Promise<string> => {
    const { stdout } = await this.#answer();
    return stdout.toString('latin1');
  };

  /** @throws Error when a session is not answered right: its time would be another work's */
  async load(options: { parallel: number; seconds?: number; sessions?: number }): Promise<LoadReport> {
    const report = await runLoad(this.#target, { ...options, expected: await this.#answer() });
    const { right, sessions, causes } = report;
    if (right !== sessions)
      throw new Error(
        `${sessions - right} of ${sessions} sessions were not right: ${JSON.stringify(causes)}`,
      );
    return report;
  }

  /** The same, whatever its sessions are answered. */
  async burst(sessions: number, timeoutSeconds: number): Promise<LoadReport> {
    return runLoad(this.#target, {
      parallel: sessions,
      sessions,
      timeoutSeconds,
      expected: await this.#answer(),
    });
  }

  #answer(): Promise<Answer> {
    this.#expected ??= trySession(this.#target);
    return this.#expected;
  }
}
