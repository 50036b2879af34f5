import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PASSWORD, USER } from '../support/daemon/daemon.ts';
import { listenForStderr, Peer } from '../support/peer.ts';
import { PATIENT, Program } from '../support/program.ts';

const DAEMON = fileURLToPath(new URL('../support/programs/daemon-process.ts', import.meta.url));
const OWN_NUMBERS = ['--pid', '--fork', '--mount-proc', '--kill-child'];

const noNamespace: string | false =
  process.getuid?.() !== 0
    ? 'giving a process a number takes root'
    : spawnSync('unshare', [...OWN_NUMBERS, 'true']).status !== 0 && 'PID namespaces cannot be made here';

const noInjection: string | false =
  spawnSync('strace', ['-o', '/dev/null', 'true']).status !== 0 &&
  'needs strace that may trace (Debian: strace)';

/** Has the system answer as one before Linux 6.9 does, which has no descriptors of groups. */
const OLD_KERNEL = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=pidfd_send_signal:error=EINVAL'];

/** A daemon in a PID namespace, whose first process reaps orphans as an init does. */
async function startDaemon(t: TestContext, settings: object, through: string[] = []): Promise<number> {
  const daemon = [...through, process.execPath, DAEMON, JSON.stringify({ killSeconds: 0.2, ...settings })];
  const init = ['sh', '-c', '"$@" & wait $!', 'sh'];
  const program = new Program(t, 'unshare', [...OWN_NUMBERS, '--', ...init, ...daemon]);
  return Number((await program.says(/"port":(\d+)/))[1]);
}

const ask = async (t: TestContext, port: number, command: string, stderrPort = ''): Promise<Peer> => {
  const peer = await Peer.connect(t, { host: '127.0.0.1', port });
  await peer.send(`${stderrPort}\0${USER}\0${PASSWORD}\0${command}\0`);
  assert.equal(await peer.read(1), '\0');
  return peer;
};

async function line(peer: Peer): Promise<string> {
  let text = '';
  while (!text.endsWith('\n')) text += await peer.read(1);
  return text.trim();
}

/** Leaves a process in the group for a moment, and one outside that holds the session; tells the group's number. */
const LEAVE = 'setsid sleep 600 & sleep 0.3 & echo $$';

/** Once nobody is left in the group, makes a process that leads a group of the same number. */
const TAKE = (group: string): string => `
  while kill -0 -${group} 2> /dev/null; do sleep 0.05; done
  while :; do
    echo $((${group} - 1)) > /proc/sys/kernel/ns_last_pid
    setsid sleep 600 &
    [ $! = ${group} ] && break
    kill $!
  done
  until kill -0 -${group} 2> /dev/null; do :; done
  echo taken
  wait ${group}
`;

/** What makes the daemon send a signal to a session's group. */
const STIMULI: Readonly<Record<string, (peer: Peer, channel: Peer) => unknown>> = {
  'the peer sends signal 9': (_, channel) => channel.send(Buffer.of(9)),
  'the peer resets its connection': (peer) => peer.reset(),
  'sessionSeconds have passed': () => {},
};

describe('the number of a process group that has ended (A6)', { ...PATIENT, skip: noNamespace }, () => {
  for (const launcher of ['execa', 'posix-spawn'] as const)
    for (const [what, act, old = false] of [
      ...Object.entries(STIMULI),
      ['the peer sends signal 9 on an older kernel', STIMULI['the peer sends signal 9']!, true],
    ] as const)
      it(`means nothing once another group has it, when ${what}, with ${launcher}`, {
        skip: old && noInjection,
      }, async (t) => {
        const sessionSeconds = what.startsWith('session') ? 2 : 0;
        const settings = { launcher, stdio: 'relay', sessionSeconds };
        const port = await startDaemon(t, settings, old ? OLD_KERNEL : []);
        const stderr = await listenForStderr(t);
        const peer = await ask(t, port, LEAVE, String(stderr.port));
        const channel = await stderr.accepted;
        const group = await line(peer);
        const stranger = await ask(t, port, TAKE(group));
        assert.equal(await line(stranger), 'taken');
        await act(peer, channel);
        for (let look = 0; look < 2; look += 1) {
          const witness = await ask(t, port, `sleep 1.2; kill -0 -${group} && echo alive`);
          assert.equal(await line(witness), 'alive');
        }
      });

  it('is signalled while the shell runs, on an older kernel', { skip: noInjection }, async (t) => {
    const port = await startDaemon(t, {}, OLD_KERNEL);
    const stderr = await listenForStderr(t);
    const peer = await ask(t, port, 'sleep 600 & sleep 600', String(stderr.port));
    const channel = await stderr.accepted;
    await channel.send(Buffer.of(0, 15));
    assert.equal(await channel.toEnd(), '\0signal SIGTERM\n');
    assert.equal(await peer.toEnd(), '');
  });
});
