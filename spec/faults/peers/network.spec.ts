import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { BOUNDED, request } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { eventually, within } from '../../support/peer.ts';
import { findProgram, isAlive } from '../../support/program.ts';

const IP = findProgram('ip');
const SOCAT = findProgram('socat');
const HOST = '10.199.0.1';

/** Without this much patience of the system the spec would take a quarter of an hour. */
const FEW_RETRIES = 'echo 3 > /proc/sys/net/ipv4/tcp_retries2';
const skip =
  (process.getuid?.() !== 0 && 'networks take root') ||
  (!IP && 'needs ip (Debian: iproute2)') ||
  (!SOCAT && 'needs socat') ||
  (spawnSync('unshare', ['--net', 'sh', '-c', FEW_RETRIES]).status !== 0 && 'networks cannot be made here');

/** Two hosts and a cable between them. */
class Network {
  readonly #hosts: ChildProcess[];

  private constructor(hosts: ChildProcess[]) {
    this.#hosts = hosts;
  }

  static async make(t: TestContext): Promise<Network> {
    const host = () =>
      spawn('unshare', ['--net', 'sh', '-c', `${FEW_RETRIES}; ip link set lo up; echo; exec cat`]);
    const hosts = [host(), host()];
    t.after(() => {
      for (const each of hosts) each.kill();
    });
    await within(Promise.all(hosts.map((each) => once(each.stdout, 'data'))), 'the hosts');
    const network = new Network(hosts);
    network.#run(0, `ip link add near type veth peer name far netns ${hosts[1]!.pid}`);
    network.#run(0, `ip addr add ${HOST}/24 dev near; ip link set near up`);
    network.#run(1, 'ip addr add 10.199.0.2/24 dev far; ip link set far up');
    return network;
  }

  /** A program and its words that runs others on the daemon's host. */
  get here(): string[] {
    return this.#on(0);
  }

  /** A peer on the other host. */
  ask(t: TestContext, port: number, command: string): ChildProcess {
    const [file = '', ...words] = [...this.#on(1), SOCAT!, '-t', '600', '-', `TCP:${HOST}:${port}`];
    const peer = spawn(file, words, { stdio: ['pipe', 'pipe', 'inherit'] });
    t.after(() => void peer.kill('SIGKILL'));
    peer.stdin.write(request(command));
    return peer;
  }

  cut(): void {
    this.#run(1, 'ip link set far down');
  }

  #on(host: number): string[] {
    return ['nsenter', '--net', `--target=${this.#hosts[host]!.pid}`, '--'];
  }

  #run(host: number, script: string): void {
    const [file = '', ...words] = [...this.#on(host), 'sh', '-ec', script];
    execFileSync(file, words);
  }
}

describe('a network that is cut', { ...BOUNDED, skip, concurrency: true }, () => {
  for (const [what, command] of [
    ['a command that is silent', 'echo $$; exec sleep 600'],
    ['a command amid its output', 'echo $$; exec yes'],
    ['a command that reads', 'echo $$; read line'],
  ] as const)
    it(`ends ${what}, and its session`, async (t) => {
      const network = await Network.make(t);
      const settings = { host: HOST, keepAliveSeconds: 1, hostIdleSeconds: 0, logLevel: 'info' } as const;
      const daemon = await DaemonProcess.start(t, { through: network.here, settings });
      const idle = daemon.descriptors;
      const peer = network.ask(t, daemon.port, command);
      const [line] = await within(once(createInterface(peer.stdout!), 'line'), 'the command');
      peer.stdout!.pause();
      const pid = Number((line as string).slice(1));
      assert.ok(isAlive(pid));
      network.cut();
      const begin = performance.now();
      await eventually(() => !isAlive(pid), `${command} is gone`);
      t.diagnostic(`${Math.round((performance.now() - begin) / 100) / 10} s after the cut`);
      await eventually(() => daemon.descriptors === idle, 'nothing of the session is left');
      assert.equal(peer.exitCode, null, 'the peer does not know (control)');
    });
});
