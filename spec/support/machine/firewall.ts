import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { within } from '../peer.ts';
import { findProgram } from '../program.ts';

const NFT = findProgram('nft');
const IP = findProgram('ip');

/** A firewall that lets connections through in both directions, and forgets those that were idle for too long. */
const rulesFor = (forgetsAfterSeconds: number): string => `
  echo 1 > /proc/sys/net/ipv4/ip_forward
  nft -f - <<'END'
    table inet wall {
      chain cut { }
      chain through {
        type filter hook forward priority 0; policy drop;
        jump cut
        ct state established accept
        ct state new tcp flags & (syn | ack) == syn accept
      }
    }
END
  echo 0 > /proc/sys/net/netfilter/nf_conntrack_tcp_loose
  echo ${forgetsAfterSeconds} > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_established
`;

/** Why a network with a firewall cannot be made here; false if it can. */
export const noFirewall: string | false =
  (process.getuid?.() !== 0 && 'networks require root') ||
  (!IP && 'needs ip (Debian: iproute2)') ||
  (!NFT && 'needs nft (Debian: nftables)') ||
  (spawnSync('unshare', ['--net', 'sh', '-ec', rulesFor(5)]).status !== 0 && 'firewalls cannot be made here');

/** A client's host, a firewall, and a daemon's host, which end with the test. */
export class Firewall {
  /** Address of the daemon's host. */
  readonly host = '10.198.2.2';
  /** Addresses of the firewall: towards the client, and towards the daemon. */
  readonly sides = ['10.198.1.1', '10.198.2.1'] as const;
  readonly #hosts: readonly ChildProcess[];

  private constructor(hosts: readonly ChildProcess[]) {
    this.#hosts = hosts;
  }

  static async make(t: TestContext, forgetsAfterSeconds: number): Promise<Firewall> {
    const host = () => spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up; echo; exec cat']);
    const hosts = [host(), host(), host()];
    t.after(() => {
      for (const each of hosts) each.kill();
    });
    await within(Promise.all(hosts.map((each) => once(each.stdout, 'data'))), 'the hosts');
    const network = new Firewall(hosts);
    for (const [side, peer] of [hosts[0]!, hosts[2]!].entries()) {
      const net = `10.198.${side + 1}`;
      network.#run(1, `ip link add wall${side} type veth peer name out netns ${peer.pid}`);
      network.#run(1, `ip addr add ${net}.1/24 dev wall${side}; ip link set wall${side} up`);
      const there = `ip addr add ${net}.2/24 dev out; ip link set out up; ip route add default via ${net}.1`;
      network.#run(side * 2, there);
    }
    network.#run(1, rulesFor(forgetsAfterSeconds));
    return network;
  }

  /** A program and its words that runs others on the client's host. */
  get client(): string[] {
    return this.#on(0);
  }

  /** The same on the daemon's host. */
  get daemon(): string[] {
    return this.#on(2);
  }

  /** The same on the firewall itself. */
  get wall(): string[] {
    return this.#on(1);
  }

  /** From now on no packet of a connection with this port at either end gets through. */
  cut(port: number): void {
    this.#run(
      1,
      `nft add rule inet wall cut tcp dport ${port} drop; nft add rule inet wall cut tcp sport ${port} drop`,
    );
  }

  #on(host: number): string[] {
    return ['nsenter', '--net', `--target=${this.#hosts[host]!.pid}`, '--'];
  }

  #run(host: number, script: string): void {
    const [file = '', ...words] = [...this.#on(host), 'sh', '-ec', script];
    execFileSync(file, words);
  }
}
