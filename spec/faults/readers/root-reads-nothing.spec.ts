import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PASSWORD, request, USER } from '../../support/daemon/daemon.ts';
import { DaemonProcess } from '../../support/daemon/daemon-process.ts';
import { freePort } from '../../support/free-port.ts';
import { listenForStderr, Peer } from '../../support/peer.ts';
import { notRoot, PATIENT } from '../../support/program.ts';
import { noStrace, trace } from '../../support/strace.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

const READS = ['read', 'readv', 'pread64', 'recvfrom', 'recvmsg', 'recvmmsg', 'splice', 'sendfile'];
const CALLS = ['accept', 'accept4', 'connect', 'close', ...READS];
/** A call of strace's, whole or resumed: its thread, its name, its first descriptor, its result. */
const CALL = /^(\d+) +(\w+)\((\d+).*\) += (-?\d+)/;

/** Reads of connections that the process accepted, or made over IP, and how many of these there were. */
function readsOfPeers(lines: readonly string[]): { connections: number; reads: string[] } {
  const peers = new Set<string>();
  const reads: string[] = [];
  let connections = 0;
  for (const line of lines) {
    const [, , name = '', fd = '', result = ''] = CALL.exec(line) ?? [];
    const made = name.startsWith('accept') ? result : /AF_INET.*sin6?_port=/.test(line) ? fd : '-1';
    if (Number(made) >= 0) {
      peers.add(made);
      connections += 1;
    } else if (name === 'close') peers.delete(fd);
    else if (READS.includes(name) && peers.has(fd)) reads.push(line);
  }
  return { connections, reads };
}

describe('the process of the daemon that is root', {
  ...PATIENT,
  skip: notRoot || noOpenssl || noStrace,
}, () => {
  it('reads no byte of a peer, in clear text or by TLS, nor of a stderr channel', async (t) => {
    const bench = new TlsBench();
    const tlsPort = await freePort();
    const listen = ['127.0.0.1:0', `tls:127.0.0.1:${tlsPort}`];
    const daemon = await DaemonProcess.start(t, { settings: { ...bench.settings, listen } });
    const traced = await trace(t, daemon.pid, CALLS);

    const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await peer.send(`${request('cat')}more`);
    peer.halfClose();
    assert.equal(await peer.toEnd(), '\0more');

    const stderr = await listenForStderr(t);
    const second = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await second.send(`${stderr.port}\0`);
    const channel = await stderr.accepted;
    await channel.send(Buffer.of(0));
    await second.send(`${USER}\0${PASSWORD}\0echo err >&2\0`);
    assert.deepEqual([await second.toEnd(), await channel.toEnd()], ['\0', 'err\n\0exit 0\n']);

    const refused = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await refused.send(`\0${'u'.repeat(300)}`);
    assert.match(await refused.toEnd(), /^\x01/);

    const secure = bench.openssl(t, { tlsPort } as never, request('echo by TLS'));
    assert.equal((await secure.end()).stdout, '\0by TLS\n');

    const { connections, reads } = readsOfPeers(await traced.end());
    assert.ok(connections >= 5, `${connections} connections were seen (control)`);
    assert.deepEqual(reads, []);
  });
});
