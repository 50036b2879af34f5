import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { anyone, BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { noNetwork, PrivateNetwork } from '../../support/machine/private-network.ts';
import { listenForStderr, Peer } from '../../support/peer.ts';

const SESSIONS = 110;

/** Room for 50 connections, if each takes a port for itself. Every address of the prefix is this host's. */
const SET_UP = `
  echo 40000 40049 > /proc/sys/net/ipv4/ip_local_port_range
  ip -6 route add local 2001:db8::/32 dev lo src ::1
  echo 1 > /proc/sys/net/ipv6/ip_nonlocal_bind
`;

describe('connections back to many peers (C3)', { ...BOUNDED, skip: noNetwork }, () => {
  for (const [host, addressOf] of [
    ['127.0.0.1', (n: number) => `127.0.1.${n}`],
    ['::1', (n: number) => `2001:db8:${n}::1`],
  ] as const)
    it(`do not take a port of ${host} each`, async (t) => {
      const network = await PrivateNetwork.make(t, SET_UP);
      const daemon = await DaemonProcess.start(t, { through: network.entry, settings: { host } });
      const from = Array.from({ length: SESSIONS }, (_, n) => addressOf(n + 1));
      const plan = { host, port: daemon.port, from, stderr: true, command: 'exec sleep 600' };
      const answers = await network.peers(t, plan);
      assert.deepEqual(
        answers.filter((answer) => !answer.startsWith('\0')),
        [],
      );
    });
});

describe('a connection back (C3)', BOUNDED, () => {
  it('comes from the address that the peer connected to, if the route has another source', async (t) => {
    const daemon = await startDaemon(t, { host: '0.0.0.0', authenticator: anyone() });
    const stderr = await listenForStderr(t, '127.0.0.7');
    const peer = await Peer.connect(t, {
      host: '127.0.0.9',
      port: daemon.port,
      localAddress: '127.0.0.7',
    });
    await peer.send(request('echo err >&2', stderr.port));
    const channel = await stderr.accepted;
    assert.equal(channel.socket.remoteAddress, '127.0.0.9');
    assert.equal(await channel.toEnd(), 'err\n');
  });
});
