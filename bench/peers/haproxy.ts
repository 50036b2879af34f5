import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../../spec/support/free-port.ts';
import { findProgram } from '../../spec/support/program.ts';
import type { Bench } from '../question.ts';
import type { Host } from './host.ts';
import { until } from './until.ts';

const HAPROXY = findProgram('haproxy');
/** Why it cannot be measured here; false if it can. */
export const noHaproxy: string | false = !HAPROXY && 'needs haproxy (Debian: haproxy)';

/** HAProxy in front of daemons, by the name of each balancer of the plan. */
export class Haproxy {
  readonly #socket: string;
  /** Where each balancer listens. */
  readonly ports: ReadonlyMap<string, number>;

  private constructor(socket: string, ports: ReadonlyMap<string, number>) {
    this.#socket = socket;
    this.ports = ports;
  }

  /** @param plan of each balancer: ports of its daemons, and words for each of their servers */
  static async start(
    bench: Bench,
    host: Host,
    plan: Readonly<Record<string, { readonly to: readonly number[]; readonly send: string }>>,
  ): Promise<Haproxy> {
    const socket = join(bench.folder, 'haproxy.sock');
    const file = join(bench.folder, 'haproxy.cfg');
    const ports = new Map<string, number>();
    const lines = ['global', ' maxconn 4000', ` stats socket ${socket} mode 600 level admin`];
    lines.push('defaults', ' mode tcp', ' balance leastconn', ' timeout connect 5s');
    lines.push(' timeout client 1h', ' timeout server 1h', ' timeout tunnel 1h');
    for (const [name, { to, send }] of Object.entries(plan)) {
      const port = await freePort();
      ports.set(name, port);
      lines.push(`listen ${name}`, ` bind 127.0.0.1:${port}`);
      for (const each of to) lines.push(` server at-${each} 127.0.0.1:${each} ${send}`);
    }
    writeFileSync(file, `${lines.join('\n')}\n`);
    host.start(bench, HAPROXY!, ['-db', '-f', file]);
    const haproxy = new Haproxy(socket, ports);
    const answers = () =>
      haproxy.sessions('').then(
        () => true,
        () => false,
      );
    await until(answers, 'HAProxy starts');
    return haproxy;
  }

  /** How many sessions each daemon of a balancer got so far. */
  async sessions(name: string): Promise<number[]> {
    const socket = connect(this.#socket);
    socket.end('show stat\n');
    const [head = '', ...lines] = (await text(socket)).split('\n').map((line) => line.split(','));
    return lines
      .filter(([of, server]) => of === name && server?.startsWith('at-'))
      .map((line) => Number(line[head.indexOf('stot')]));
  }
}
