import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, request, startDaemon } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { eventually, listenForStderr, Peer } from '../../support/peer.ts';
import { isAlive } from '../../support/program.ts';

const PEERS = 10;
/** What a command offers is endless: this is for chunks on their way in three streams, and the session itself. */
const MOST_HELD = 512 * 1024;

/** Resolves once a process that only writes has written nothing for a while. */
async function blocked(pid: number): Promise<void> {
  let [written, same] = ['', 0];
  await eventually(() => {
    const now = /^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'latin1'))![1]!;
    same = now === written && now !== '0' ? same + 1 : 0;
    written = now;
    return same === 20;
  }, `process ${pid} is blocked`);
}

/** What comes after the success byte, up to a newline. */
async function firstLine(peer: Peer): Promise<string> {
  let line = '';
  while (!line.endsWith('\n')) line += await peer.read(1);
  return line.slice(1, -1);
}

forEveryWay('peers that stop reading', (way) => {
  // stdout that was handed over does not come by here.
  for (const [what, command] of [
    ['stdout', 'echo $$; exec yes'],
    ['stderr', 'echo $$; exec yes >&2'],
  ] as const)
    it(`a peer that stops reading ${what} holds a bounded amount, and others are served`, async (t) => {
      const daemon = await DaemonProcess.start(t, { settings: way });
      const at = { host: '127.0.0.1', port: daemon.port };
      const stall = async (): Promise<void> => {
        const stderr = await listenForStderr(t);
        const peer = await Peer.connect(t, at);
        await peer.send(`${stderr.port}\0`);
        await stderr.accepted;
        await peer.send(request(command).slice(1));
        const pid = await firstLine(peer);
        await blocked(Number(pid));
      };
      for (let time = 0; time < 3; time += 1) await stall(); // what the first ones cost is the daemon's own
      const before = await daemon.memory();
      await Promise.all(Array.from({ length: PEERS }, stall));
      const each = ((await daemon.memory()) - before) / PEERS;
      t.diagnostic(`${Math.round(each / 1024)} KiB a peer`);
      assert.ok(each < MOST_HELD, `${each} bytes a peer`);
      const next = await Peer.connect(t, at);
      await next.send(request('echo served'));
      assert.equal(await next.toEnd(), '\0served\n');
    });
});

describe('a peer that vanishes', BOUNDED, () => {
  it('is not waited for on a stderr channel that it stalls', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone() });
    const [peer] = await daemon.runWithChannel('exec yes >&2');
    const { pid } = await daemon.events.seen('commandStarted');
    await blocked(Number(pid));
    peer.reset();
    await eventually(() => daemon.daemon.sessions.length === 0, 'the session is over');
    assert.ok(!isAlive(Number(pid)));
  });
});
