import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram } from '../../spec/support/program.ts';
import type { Bench } from '../question.ts';
import { firstLine, Host } from './host.ts';

const REDIS = findProgram('redis-server');
const PASSWORD = 'a-password-of-32-characters-long';
const PORT = 6379;

/** Why it cannot be measured here; false if it can. */
export const noRedis: string | false =
  Host.noAccounts ||
  (!REDIS && 'needs redis-server (Debian: redis-server)') ||
  (!findProgram('nft') && 'needs nft (Debian: nftables)');

/** A Redis server in a network of its own, in which nobody else is. */
export class Redis {
  /** A program and its words after these run in that network. */
  readonly entry: readonly string[];
  /** Flags of a daemon that shares its lockouts there. */
  readonly flags: readonly string[];
  readonly #bench: Bench;
  readonly #host: Host;
  #server: ChildProcess | undefined;

  private constructor(bench: Bench, host: Host, network: number) {
    this.#bench = bench;
    this.#host = host;
    this.entry = ['nsenter', '--net', `--target=${network}`, '--'];
    const file = join(bench.folder, 'redis-password');
    writeFileSync(file, PASSWORD, { mode: 0o600 });
    const url = `redis://127.0.0.1:${PORT}`;
    this.flags = ['--shared-lockouts', url, '--shared-lockouts-password', file];
  }

  static async open(bench: Bench, host: Host): Promise<Redis> {
    const script = 'ip link set lo up && echo ready && exec sleep infinity';
    const network = host.start(bench, 'unshare', ['--net', 'sh', '-c', script]);
    await firstLine(network);
    const redis = new Redis(bench, host, network.pid!);
    redis.#run(
      'nft add table inet wall; nft add chain inet wall in "{ type filter hook input priority 0; }"',
    );
    await redis.start();
    return redis;
  }

  /** Starts a server that knows nothing. */
  async start(): Promise<void> {
    const own = ['--port', String(PORT), '--bind', '127.0.0.1', '--save', '', '--requirepass', PASSWORD];
    const [file = '', ...words] = [...this.entry, REDIS!, ...own, '--dir', this.#bench.folder];
    this.#server = this.#host.start(this.#bench, file, words);
    await firstLine(this.#server);
  }

  async kill(): Promise<void> {
    this.#server!.kill('SIGKILL');
    await once(this.#server!, 'exit');
  }

  signal(signal: NodeJS.Signals): void {
    this.#server!.kill(signal);
  }

  /** From now on no packet gets to the server, or from it. */
  cut(): void {
    this.#run(
      `nft add rule inet wall in tcp dport ${PORT} drop; nft add rule inet wall in tcp sport ${PORT} drop`,
    );
  }

  restore(): void {
    this.#run('nft flush chain inet wall in');
  }

  /** Runs a program in its network; what it prints. */
  output(file: string, ...words: readonly string[]): Promise<string> {
    const [enter = '', ...rest] = [...this.entry, file, ...words];
    return firstLine(this.#host.start(this.#bench, enter, rest));
  }

  #run(script: string): void {
    const [file = '', ...words] = [...this.entry, 'sh', '-ec', script];
    execFileSync(file, words);
  }
}
