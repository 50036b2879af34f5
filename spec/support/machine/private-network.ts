import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { within } from '../peer.ts';
import { cleanEnvironment, findProgram } from '../program.ts';

/** Why a network cannot be made here; false if one can. */
export const noNetwork: string | false =
  (process.getuid?.() !== 0 && 'making networks requires root') ||
  (!findProgram('ip') && 'needs ip (Debian: iproute2)') ||
  (spawnSync('unshare', ['--net', 'true']).status !== 0 && 'networks cannot be made here');

const PEERS = fileURLToPath(new URL('../programs/peers.ts', import.meta.url));

/** What {@link PrivateNetwork.peers} are to do. */
export interface PeersPlan {
  readonly host: string;
  readonly port: number;
  /** Each peer's own address. */
  readonly from: readonly string[];
  readonly command: string;
  /** Each peer listens for the stderr channel on its own address. */
  readonly stderr?: boolean;
}

/** A host without a network but its loopback interface, which ends with the test. */
export class PrivateNetwork {
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** @param setUp a shell script that runs there first */
  static async make(t: TestContext, setUp: string): Promise<PrivateNetwork> {
    const script = `set -e\nip link set lo up\n${setUp}\necho ready\nexec cat`;
    const holder = spawn('unshare', ['--net', 'sh', '-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => void holder.kill());
    const [line] = await within(
      Promise.race([once(createInterface(holder.stdout!), 'line'), once(holder, 'exit')]),
      'the network',
    );
    assert.equal(line, 'ready');
    return new PrivateNetwork(holder);
  }

  /** Of a process that is there as long as the host. */
  get pid(): number {
    return this.#holder.pid!;
  }

  /** A program and its words after these run there. */
  get entry(): string[] {
    return ['nsenter', '--net', `--target=${this.pid}`, '--'];
  }

  /** Runs a shell script there. */
  run(script: string): void {
    const [file = '', ...words] = [...this.entry, 'sh', '-ec', script];
    execFileSync(file, words);
  }

  /** Peers of a daemon there, one after another; the first bytes that each was answered. They stay connected. */
  async peers(t: TestContext, plan: PeersPlan): Promise<string[]> {
    const [file = '', ...words] = [...this.entry, process.execPath, PEERS, JSON.stringify(plan)];
    const child = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'], env: cleanEnvironment() });
    t.after(() => void child.kill('SIGKILL'));
    const answers: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      answers.push(JSON.parse(line));
      if (answers.length === plan.from.length) break;
    }
    assert.equal(answers.length, plan.from.length, 'answers of the peers');
    return answers;
  }
}
