import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, forEveryWay, request, startDaemon } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { listenForStderr, Peer } from '../../support/peer.ts';

const MISSING = anyone({ shell: '/no/such/shell' });
const TRY_AGAIN = '\x01Try again.\n';

forEveryWay('[step 8] a shell that is missing', (way) => {
  for (const shell of ['/no/such/shell', '/etc/passwd', '/'])
    it(`[step 8] logs that the shell ${shell} cannot be started, and serves the next peer`, async (t) => {
      const daemon = await startDaemon(t, { authenticator: anyone({ shell }), ...way });
      assert.match(await daemon.answer(request('echo ran')), /^\0?\x01Try again\.\n$/);
      assert.match(
        String((await daemon.events.seen('launchFailed')).cause),
        /permission denied|no such file|not a file/,
      );
      assert.deepEqual(daemon.events.all('commandStarted'), []);
      assert.match(await daemon.answer(request('echo ran')), /^\0?\x01Try again\.\n$/);
    });

  it('[step 7] does not answer the NUL when there is no shell to run the command', async (t) => {
    const daemon = await startDaemon(t, { authenticator: MISSING, ...way });
    assert.equal(await daemon.answer(request('echo ran')), TRY_AGAIN);
  });

  it('[step 8] is not stopped by what a peer sends whose shell could not be started', async (t) => {
    const { port } = await DaemonProcess.start(t, { settings: { shell: '/no/such/shell', ...way } });
    const peer = await Peer.connect(t, { host: '127.0.0.1', port });
    await peer.send(request('echo ran'));
    assert.match(await peer.read(TRY_AGAIN.length), /^\0?\x01Try again/);
    // A descriptor that the child made blocking stops the event loop at a read of exactly its buffer's size.
    await peer.send(Buffer.alloc(65_536));
    const next = await Peer.connect(t, { host: '127.0.0.1', port });
    await next.send(request('echo ran'));
    assert.match(await next.read(TRY_AGAIN.length), /^\0?\x01Try again/);
  });
});

describe('[step 8] a shell that cannot be started', BOUNDED, () => {
  it('[step 8] ends the stderr channel too', async (t) => {
    const daemon = await startDaemon(t, { authenticator: MISSING });
    const stderr = await listenForStderr(t);
    assert.equal(await daemon.answer(request('echo ran', stderr.port)), TRY_AGAIN);
    assert.equal(await (await stderr.accepted).toEnd(), '');
  });
});
