import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { PASSWORD, USER } from '../daemon/daemon.ts';
import { eventually } from '../peer.ts';
import {
  type Ended,
  findProgram,
  Program,
  ROOT,
  ROOT_MAY,
  temporaryFolder,
  usersFileOf,
} from '../program.ts';
import { Authority, type Identity } from '../tls/certificates.ts';
import { noNetwork, PrivateNetwork } from './private-network.ts';

const NODES = { a: '10.2.0.11', b: '10.2.0.12' } as const;
export type NodeName = keyof typeof NODES;
export const CLIENT = '10.1.0.2';
export const BALANCER = '10.1.0.1';

export const HAPROXY = findProgram('haproxy');
export const NGINX = findProgram('nginx');
const ACTIVATE = findProgram('systemd-socket-activate');
/** Why no fleet can be made here; false if one can. */
export const noFleet: string | false =
  noNetwork ||
  (!findProgram('openssl') && 'needs openssl (Debian: openssl)') ||
  (!ACTIVATE && 'needs systemd-socket-activate (Debian: systemd)');

const ours = (file: string): string => readFileSync(join(ROOT, 'docs/fleet', file), 'utf8');
const program = (name: string): string[] => [process.execPath, join(ROOT, 'lib/cli', `${name}.ts`)];

/** The hosts of docs/fleet, with its files: a client, a balancer, and two daemons on its other side. */
export class Fleet {
  readonly #t: TestContext;
  readonly #folder: string;
  readonly #client: PrivateNetwork;
  readonly #balancer: PrivateNetwork;
  readonly #hosts: Readonly<Record<NodeName, PrivateNetwork>>;
  readonly #tls: Identity;
  readonly #ca: string;
  /** The last one of each host. */
  readonly daemons = {} as Record<NodeName, Program>;

  private constructor(
    t: TestContext,
    client: PrivateNetwork,
    balancer: PrivateNetwork,
    hosts: Readonly<Record<NodeName, PrivateNetwork>>,
  ) {
    this.#t = t;
    this.#folder = temporaryFolder(t);
    this.#client = client;
    this.#balancer = balancer;
    this.#hosts = hosts;
    const authority = new Authority();
    this.#ca = authority.ca;
    this.#tls = authority.daemon(90, `IP:${BALANCER}`);
  }

  static async make(t: TestContext): Promise<Fleet> {
    const bridge = 'ip link add lan type bridge\nip addr add 10.2.0.1/24 dev lan\nip link set lan up';
    const balancer = await PrivateNetwork.make(t, `echo 1 > /proc/sys/net/ipv4/ip_forward\n${bridge}`);
    const host = async (address: string, gateway: string, name: string, wire: string) => {
      const made = await PrivateNetwork.make(t, '');
      balancer.run(`ip link add ${name} type veth peer name out netns ${made.pid}; ip link set ${name} up`);
      balancer.run(wire);
      made.run(`ip addr add ${address}/24 dev out; ip link set out up; ip route add default via ${gateway}`);
      return made;
    };
    const client = await host(CLIENT, BALANCER, 'client', `ip addr add ${BALANCER}/24 dev client`);
    const node = (name: NodeName) =>
      host(NODES[name], '10.2.0.1', `node-${name}`, `ip link set node-${name} master lan`);
    return new Fleet(t, client, balancer, { a: await node('a'), b: await node('b') });
  }

  /** Starts the daemon of a host, and what answers for it. */
  async start(name: NodeName): Promise<void> {
    const file = this.#file(`${name}.toml`, 'rexecd.toml', [
      [/certificate = .*/, `certificate = ${JSON.stringify(this.#tls.cert)}`],
      [/key = .*/, `key = ${JSON.stringify(this.#tls.key)}`],
    ]);
    const own = ['--users', usersFileOf(this.#t), '--profile', 'false', '--control', this.#control(name)];
    const daemon = this.#on(this.#hosts[name], [...program('rexecd'), '--config', file, ...own]);
    this.daemons[name] = daemon;
    await eventually(() => daemon.stderr.includes('see listen'), `the daemon of ${name} has started`);
  }

  /** What is in the log of a daemon beyond that it has started. */
  log(name: NodeName): string[] {
    return this.daemons[name].stderr.split('\n').filter((line) => !/^$|REXECD-105|see listen/.test(line));
  }

  /** Has the files of systemd answer the agent-check for a daemon, as systemd does. */
  agent(name: NodeName): void {
    const [, port] = /^ListenStream=10\.2\.0\.11:(\d+)$/m.exec(ours('rexecd-agent.socket'))!;
    const [, words] = /^ExecStart=\/usr\/sbin\/rexecd (.*)$/m.exec(ours('rexecd-agent@.service'))!;
    const command = [...program('rexecd'), ...words!.split(' '), '--control', this.#control(name)];
    const listen = ['--accept', '--inetd', '--listen', `${NODES[name]}:${port}`];
    this.#on(this.#hosts[name], [ACTIVATE!, ...listen, ...command]);
  }

  /** Starts HAProxy. */
  async haproxy(): Promise<void> {
    const file = this.#file('haproxy.cfg', 'haproxy.cfg', [[/\/run\/haproxy/, this.#folder]]);
    this.#on(this.#balancer, [HAPROXY!, '-db', '-f', file]);
    await eventually(async () => (await this.told('show info').catch(() => '')) !== '', 'HAProxy runs');
  }

  /** Starts nginx. */
  async nginx(): Promise<void> {
    const words = ['-c', this.#file('nginx.conf', 'nginx.conf'), '-e', 'stderr', '-g'];
    const nginx = this.#on(this.#balancer, [
      NGINX!,
      ...words,
      `daemon off; master_process off; pid ${join(this.#folder, 'nginx.pid')};`,
    ]);
    const listens = () =>
      readFileSync(`/proc/${this.#balancer.pid}/net/tcp`, 'latin1').includes(':2910 ') ||
      nginx.child.exitCode !== null;
    await eventually(listens, 'nginx listens');
  }

  /** What HAProxy answers on its socket. */
  async told(command: string): Promise<string> {
    const socket = connect(join(this.#folder, 'admin.sock'));
    socket.end(`${command}\n`);
    return text(socket);
  }

  /** How HAProxy sees a daemon: `UP`, `DRAIN (agent)` and the like. */
  status(name: NodeName): Promise<string> {
    return this.#statistic('rexec', name, 'status');
  }

  /** How its last check and agent-check went: `L4OK L7OK` and the like. */
  async checked(name: NodeName): Promise<string> {
    const statuses = ['check_status', 'agent_status'].map((each) => this.#statistic('rexec', name, each));
    return (await Promise.all(statuses)).join(' ');
  }

  /** Connections that wait in HAProxy for a place in a daemon. */
  async waiting(section: string, name: NodeName): Promise<number> {
    return Number(await this.#statistic(section, name, 'qcur'));
  }

  /** What the daemon of a host answers. */
  async ask(name: NodeName, ...words: string[]): Promise<string> {
    return (await this.#rexecd([...words, '--control', this.#control(name)])).stdout;
  }

  /** Starts rexec on the client's host. */
  rexec(how: 'tls' | 'clear', command: string): Program {
    const login = ['-l', USER, '-p', PASSWORD];
    const tls = ['--tls', '--ca', this.#ca, '--port', '10512'];
    const clear = ['--stderr-from', '10.2.0.0/24'];
    const words = [...(how === 'tls' ? tls : clear), BALANCER, command];
    return this.#on(this.#client, [...program('rexec'), ...login, ...words]);
  }

  /** The same with this input, to its end. */
  async run(how: 'tls' | 'clear', command: string, input = ''): Promise<Ended> {
    const remote = this.rexec(how, command);
    remote.child.stdin.end(input);
    return remote.end();
  }

  /** A command that says on which host it runs. */
  static readonly WHERE = 'readlink /proc/self/ns/net';

  /** The host that {@link WHERE} said. */
  node(said: string): NodeName {
    const at = (name: NodeName) => readlinkSync(`/proc/${this.#hosts[name].pid}/ns/net`);
    return said.startsWith(at('a')) ? 'a' : 'b';
  }

  async #statistic(section: string, name: NodeName, column: string): Promise<string> {
    const [head = '', ...lines] = (await this.told('show stat')).split('\n');
    const line = lines.find((each) => each.startsWith(`${section},${name},`));
    return line?.split(',')[head.split(',').indexOf(column)] ?? '';
  }

  #control(name: NodeName): string {
    return join(this.#folder, `run-${name}`, 'control.sock');
  }

  #rexecd(words: readonly string[]): Promise<Ended> {
    const [file = '', ...more] = [...program('rexecd'), ...words];
    return new Program(this.#t, file, more, { stdin: '' }).end();
  }

  #on(host: PrivateNetwork, line: readonly string[]): Program {
    const [file = '', ...words] = [...host.entry, ...line];
    return new Program(this.#t, file, words, { env: ROOT_MAY });
  }

  /** A file of docs/fleet, with what is elsewhere here. */
  #file(name: string, source: string, changes: readonly (readonly [RegExp, string])[] = []): string {
    const path = join(this.#folder, name);
    writeFileSync(
      path,
      changes.reduce((all, [what, by]) => all.replace(what, by), ours(source)),
      { mode: 0o644 },
    );
    return path;
  }
}
