import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { loadSettings } from '../../../lib/settings/index.ts';
import { anyone, BOUNDED, type DaemonUnderTest, request, startDaemon } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { noNetwork, PrivateNetwork } from '../../support/machine/private-network.ts';
import { tcpTable } from '../../support/machine/tcp-table.ts';
import { eventually, listenForStderr } from '../../support/peer.ts';
import { findProgram } from '../../support/program.ts';

const noTable = process.platform !== 'linux' && 'reads /proc/net/tcp';

describe('keep-alive (C2)', { ...BOUNDED, skip: noTable }, () => {
  /** Seconds until the next probe of a new session's main connection and of its stderr channel. */
  async function probes(t: Parameters<typeof listenForStderr>[0], daemon: DaemonUnderTest) {
    const stderr = await listenForStderr(t);
    const peer = await daemon.connect();
    await peer.send(request('echo; exec sleep 600', stderr.port));
    await stderr.accepted;
    assert.equal(await peer.read(2), '\0\n');
    const own = [peer.socket.localPort, stderr.port];
    const ends = () => own.map((port) => tcpTable().find(({ remotePort }) => remotePort === port)?.keepAlive);
    await eventually(() => !ends().includes(undefined), 'no other timer is running');
    return ends();
  }

  it('is the same on both connections of a session', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), keepAliveSeconds: 5 });
    for (const seconds of await probes(t, daemon)) assert.ok(seconds && seconds <= 5, `${seconds} s`);
  });

  it('is off on both connections of a session with keepAliveSeconds 0', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), keepAliveSeconds: 0 });
    assert.deepEqual(await probes(t, daemon), [null, null]);
  });

  it('follows a reload on both connections of the next session', async (t) => {
    const daemon = await startDaemon(t, { authenticator: anyone(), keepAliveSeconds: 0 });
    const { port } = daemon;
    await daemon.daemon.reload(loadSettings({}, { ...daemon.daemon.settings, port, keepAliveSeconds: 5 }));
    for (const seconds of await probes(t, daemon)) assert.ok(seconds && seconds <= 5, `${seconds} s`);
  });
});

describe('a stderr channel that a firewall forgets (C2)', {
  ...BOUNDED,
  skip: noNetwork || (!findProgram('nft') && 'needs nft (Debian: nftables)'),
}, () => {
  it('is closed after keepAliveSeconds and ten probes, and its session stays', async (t) => {
    const network = await PrivateNetwork.make(
      t,
      'nft "add table ip f; add chain ip f in { type filter hook input priority 0; }"',
    );
    const daemon = await DaemonProcess.start(t, {
      through: network.entry,
      settings: { keepAliveSeconds: 1 },
    });
    const host = '127.0.0.1';
    const plan = {
      host,
      port: daemon.port,
      from: [host],
      stderr: true,
      command: 'echo err >&2; exec sleep 600',
    };
    assert.match((await network.peers(t, plan))[0]!, /^\0/);
    const [file = '', ...words] = network.entry;
    /** The daemon's ends of the main connection and of the channel. */
    const open = () => {
      const ends = tcpTable(daemon.pid);
      const main = ends.filter(({ localPort }) => localPort === daemon.port);
      return [main.length, ends.filter(({ remotePort }) => remotePort === 20_000).length];
    };
    assert.deepEqual(open(), [1, 1]);
    execFileSync(file, [...words, 'nft', 'add rule ip f in tcp sport 20000 drop']);
    execFileSync(file, [...words, 'nft', 'add rule ip f in tcp dport 20000 drop']);
    const begin = performance.now();
    await eventually(() => open()[1] === 0, 'the channel is closed');
    t.diagnostic(`${Math.round((performance.now() - begin) / 100) / 10} s after the cut`);
    assert.deepEqual(open(), [1, 0]);
  });
});
