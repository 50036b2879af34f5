import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type Client, type Outcome, startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { type Said, type ServerVector, servers } from '../../vectors/servers.ts';

const BOUNDED = { timeout: 180_000 } as const;

/** Every way the bytes may arrive: as they were sent, and each piece cut in two at each offset. */
function* cuts(says: Said): Generator<Said> {
  yield says;
  for (const [index, [connection, bytes]] of says.entries())
    for (let at = 1; at < bytes.length; at += 1) {
      // Our daemon writes an exit status at once, so it comes whole; of a NUL alone nobody could tell what it is.
      if (bytes.startsWith('\0exit') && index === 0 && at === 1) continue;
      const halves = [bytes.slice(0, at), bytes.slice(at)].map((half) => [connection, half] as const);
      yield [...says.slice(0, index), ...halves, ...says.slice(index + 1)];
    }
}

async function play(client: Client, says: Said, stderrChannel: boolean): Promise<void> {
  const login = await client.login();
  for (const [connection, bytes] of says) {
    await (connection === 'main' ? client : login.channel).send(bytes);
    for (let turn = 0; turn < 8; turn += 1) await setImmediate(); // so that the client, in this process too, reads it
  }
  client.halfClose();
  if (stderrChannel) login.channel.halfClose();
}

async function heard(t: TestContext, says: Said, stderrChannel: boolean): Promise<Outcome> {
  const daemon = await startFakeDaemon(t, (client) => play(client, says, stderrChannel));
  return daemon.outcome({ stderrChannel });
}

const channels = ({ stderrChannel }: ServerVector): readonly boolean[] =>
  stderrChannel === 'both' ? [true, false] : [stderrChannel];

describe('the answer of a daemon', BOUNDED, () => {
  for (const vector of servers)
    for (const stderrChannel of channels(vector)) {
      const { server, does, says, stdout = '', stderr = '', ended, message = '' } = vector;
      const channel = stderrChannel ? 'with' : 'without';
      it(`is understood where ${server} ${does}, ${channel} a stderr channel, cut anywhere`, async (t) => {
        for (const cut of cuts(says))
          assert.deepEqual(
            { cut, ...(await heard(t, cut, stderrChannel)) },
            { cut, stdout, stderr: stderrChannel ? stderr : null, ended, message },
          );
      });
    }
});
