import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { BOUNDED, request } from '../support/daemon/daemon.ts';
import { DaemonProcess } from '../support/daemon/daemon-process.ts';
import { eventually, Peer } from '../support/peer.ts';
import { findProgram, temporaryFolder } from '../support/program.ts';

const PRLIMIT = findProgram('prlimit');
const STRACE = findProgram('strace');
const LIMIT = 120;
const noInjection =
  (!STRACE && 'needs strace') ||
  (spawnSync(STRACE!, ['-o', '/dev/null', 'true']).status !== 0 && 'processes cannot be traced here');

/** What a peer reads who asks for a command. */
async function answer(t: TestContext, port: number): Promise<string> {
  const peer = await Peer.connect(t, { host: '127.0.0.1', port });
  await peer.send(request('echo served'));
  return peer.toEnd();
}

describe('a daemon without descriptors', BOUNDED, () => {
  it('tells each peer to try again and the log why, and serves those inside', {
    skip: !PRLIMIT && 'needs prlimit',
  }, async (t) => {
    const through = [PRLIMIT!, `--nofile=${LIMIT}`];
    const daemon = await DaemonProcess.start(t, { through, settings: { hostIdleSeconds: 0 } });
    const idle = daemon.descriptors;
    const at = { host: '127.0.0.1', port: daemon.port };
    const peers = await Promise.all(Array.from({ length: 3 * LIMIT }, () => Peer.connect(t, at)));
    const { inside, refused } = await parted(peers, daemon);
    assert.ok(inside.length >= LIMIT / 2, `${inside.length} inside`);
    assert.ok(refused.length > LIMIT, `${refused.length} refused`);
    for (const peer of refused) assert.equal(await peer.toEnd(), '\x01Try again.\n');
    for (const line of daemon.events)
      assert.match(line, /REXECD-200 .* cause="file descriptors are running out"$/);
    for (const peer of inside.slice(0, 5)) {
      await peer.send(request('echo served'));
      assert.equal(await peer.toEnd(), '\0served\n');
    }
    for (const peer of peers) peer.socket.destroy();
    await eventually(() => daemon.descriptors <= idle, 'all descriptors are free again');
    assert.equal(await answer(t, daemon.port), '\0served\n');
  });

  for (const launcher of ['execa', 'posix-spawn'] as const)
    it(`starts the commands of all inside at once, by ${launcher}`, {
      skip: !PRLIMIT && 'needs prlimit',
    }, async (t) => {
      const through = [PRLIMIT!, `--nofile=${LIMIT}`];
      const daemon = await DaemonProcess.start(t, { through, settings: { launcher } });
      const at = { host: '127.0.0.1', port: daemon.port };
      const peers = await Promise.all(Array.from({ length: LIMIT }, () => Peer.connect(t, at)));
      const { inside } = await parted(peers, daemon);
      const answers = inside.map(async (peer) => {
        await peer.send(request('echo served'));
        return peer.toEnd();
      });
      assert.ok(inside.length >= LIMIT / 3, `${inside.length} inside`);
      assert.deepEqual(new Set(await Promise.all(answers)), new Set(['\0served\n']));
    });

  it('continues after the system had none (ENFILE)', { skip: noInjection }, async (t) => {
    const trace = join(temporaryFolder(t), 'trace');
    const inject = 'inject=accept4:error=ENFILE:when=2..5';
    const through = [STRACE!, '-f', '-o', trace, '-e', 'trace=accept4', '-e', inject];
    const daemon = await DaemonProcess.start(t, { through });
    const answers = await Promise.all(Array.from({ length: 8 }, () => answer(t, daemon.port)));
    assert.deepEqual(new Set(answers), new Set(['\0served\n']));
    assert.equal(readFileSync(trace, 'latin1').match(/ENFILE .*INJECTED/g)?.length, 4);
  });
});

/** Peers that have a session, and peers that have read why not: as many as the log names, when it names no more. */
async function parted(peers: readonly Peer[], { events }: DaemonProcess) {
  await noMore(events);
  const isRefused = ({ socket }: Peer) => socket.readableLength > 0 || socket.readableEnded;
  await eventually(() => peers.filter(isRefused).length === events.length, 'all refused peers read so');
  return { inside: peers.filter((peer) => !isRefused(peer)), refused: peers.filter(isRefused) };
}

/** Resolves once a list has not grown for a while. */
async function noMore(list: readonly unknown[]): Promise<void> {
  let [length, same] = [0, 0];
  await eventually(() => {
    same = list.length === length && length > 0 ? same + 1 : 0;
    length = list.length;
    return same === 40;
  }, 'no more come');
}
