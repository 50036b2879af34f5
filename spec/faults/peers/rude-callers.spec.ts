import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { PASSWORD, request, USER } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';
import {
  PATIENT,
  type Program,
  run,
  startRexecd,
  temporaryFolder,
  usersFileOf,
} from '../../support/program.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const HOST = '127.0.0.1';
/** Callers of a kind; more than the control socket serves at a time. */
const CALLERS = 20;

/** What is written to a socket that is answered, so that a caller can fail to read it. */
const ORDER = '{"operation":"sessions"}\n';
const WORDS = [request('yes | head -c 100000'), ORDER, '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'];

/** Unix sockets know no reset; leaving with bytes unread is one to the other end. */
function reset(caller: Socket): void {
  if (caller.remotePort === undefined) caller.destroy();
  else caller.resetAndDestroy();
}

/** What a caller does once it is connected. Those that leave nothing to wait for are ended by the test. */
const MANNERS: Readonly<Record<string, (caller: Socket) => void>> = {
  'say nothing': () => {},
  'say nothing and half-close': (caller) => caller.end(),
  'reset at once': reset,
  'send garbage': (caller) => caller.write(Buffer.alloc(1000, '\xff\x00{"\n', 'latin1')),
  'send garbage and half-close': (caller) => caller.end(Buffer.alloc(1000, '\xfe}[', 'latin1')),
  'send 1 MiB without a newline or a NUL': (caller) => caller.write('x'.repeat(1024 * 1024)),
  'send 1 MiB and reset': (caller) => {
    caller.write('x'.repeat(1024 * 1024), () => reset(caller));
  },
  ...Object.fromEntries(
    WORDS.flatMap((words, index) => [
      [`send order ${index} and never read`, (caller: Socket) => caller.pause().write(words, 'latin1')],
      [
        `send order ${index} and reset`,
        (caller: Socket) => caller.write(words, 'latin1', () => reset(caller)),
      ],
      [`send half of order ${index} and leave`, (caller: Socket) => caller.end(words.slice(0, -3), 'latin1')],
    ]),
  ),
};

/** Connects callers that are left alone afterwards. Resolves once each is connected, or turned away. */
async function beRude(t: TestContext, where: NetConnectOpts, act: (caller: Socket) => void): Promise<void> {
  const callers = Array.from({ length: CALLERS }, () => connect({ ...where, allowHalfOpen: true }));
  t.after(() => {
    for (const caller of callers) caller.destroy();
  });
  await Promise.all(
    callers.map(async (caller) => {
      caller.on('error', () => {}); // it may be turned away, or be dropped
      const connected = once(caller, 'connect').then(() => act(caller));
      await within(Promise.race([connected, once(caller, 'close')]), 'the connection').catch(() => {});
    }),
  );
}

async function assertServes(t: TestContext, daemon: Program, port: number, control: string): Promise<void> {
  const login = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'echo in'];
  await eventually(async () => {
    assert.equal(daemon.child.exitCode, null, daemon.stderr);
    return (await run(t, 'rexec', login)).stdout === 'in\n';
  }, 'a login works');
  await eventually(async () => {
    const { status, stderr } = await run(t, 'rexecd', ['sessions', '--control', control]);
    assert.equal(daemon.child.exitCode, null, `${stderr}${daemon.stderr}`);
    return status === 0;
  }, 'orders work');
}

describe('callers without manners (E1)', { ...PATIENT, skip: noOpenssl }, () => {
  for (const workers of ['1', '2'])
    it(`end no daemon by any socket that it listens on, with ${workers} worker(s)`, async (t) => {
      const bench = new TlsBench();
      const control = join(temporaryFolder(t), 'run', 'control.sock');
      const { cert, key } = bench.identity;
      const { daemon, port } = await startRexecd(t, [
        ...['--users', usersFileOf(t), '--profile', 'false', '--workers', workers, '--control', control],
        ...['--tls-mode', 'beside', '--tls-port', '0', '--tls-certificate', cert, '--tls-key', key],
        ...['--request-seconds', '1', '--drain-seconds', '0.5', '--lockout-failures', '0'],
        ...['--max-connections', '500', '--max-connections-per-address', '500'],
      ]);
      const [, tls] = await daemon.says(/^TLS: \S+ port (\d+)/m);
      const places = [{ path: control }, { host: HOST, port }, { host: HOST, port: Number(tls) }];
      for (const act of Object.values(MANNERS))
        await Promise.all(places.map((where) => beRude(t, where, act)));
      await assertServes(t, daemon, port, control);
      assert.doesNotMatch(daemon.stderr, /REXECD-900|Error:|^\s+at /m);
    });

  it('lose their places at the control socket to others after 5 s', async (t) => {
    const control = join(temporaryFolder(t), 'run', 'control.sock');
    const { daemon, port } = await startRexecd(t, ['--users', usersFileOf(t), '--control', control]);
    for (const act of [() => {}, (caller: Socket) => caller.pause().write(ORDER)]) {
      await beRude(t, { path: control }, act);
      await assertServes(t, daemon, port, control);
    }
  });
});
