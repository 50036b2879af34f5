import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { it } from 'node:test';
import { forEveryWay, request } from '../support/daemon/daemon.ts';
import { DaemonProcess } from '../support/daemon/daemon-process.ts';
import { listenForStderr, Peer } from '../support/peer.ts';
import { childrenOf, ROOT } from '../support/program.ts';

/** An account that has no process: the limit counts those of a whole account, and is none for root. */
const AS_GAMES = ['setpriv', '--reuid=games', '--regid=games', '--clear-groups'];
const mayRead = () =>
  spawnSync(AS_GAMES[0]!, [...AS_GAMES.slice(1), 'test', '-r', `${ROOT}lib/index.ts`]).status === 0;
const skip =
  (process.getuid?.() !== 0 && 'giving a daemon an account takes root') ||
  (!mayRead() && 'the account games, or its way to the checkout, is missing');

forEveryWay('a machine without processes to spare', (way) => {
  it('a command for which there is no process (EAGAIN) is refused, and those after it run', {
    skip,
  }, async (t) => {
    const daemon = await DaemonProcess.start(t, { through: AS_GAMES, settings: way });
    const pids = [daemon.pid, ...childrenOf(daemon.pid)];
    const limit = (processes: number) => {
      for (const pid of pids)
        execFileSync(AS_GAMES[0]!, [
          ...AS_GAMES.slice(1),
          'prlimit',
          '--pid',
          `${pid}`,
          `--nproc=${processes}:`,
        ]);
    };
    const ask = async (command: string): Promise<[stdout: string, stderr: string]> => {
      const stderr = await listenForStderr(t);
      const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
      await peer.send(`${stderr.port}\0`);
      const channel = await stderr.accepted;
      await peer.send(request(command).slice(1));
      return [await peer.toEnd(), await channel.toEnd()];
    };
    const served = ['\0served\n', ''];
    assert.deepEqual(await ask('echo served'), served); // its host has its threads then
    limit(pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/task`).length, 0));
    for (let time = 0; time < 3; time += 1) {
      const [answer, stderr] = await ask('echo ran');
      assert.match(answer, /^\0?\x01Try again\.\n$/);
      assert.equal(stderr, '');
    }
    assert.match(daemon.events.join('\n'), /REXECD-401 .*resource temporarily unavailable/);
    limit(1000);
    assert.deepEqual(await ask('echo served'), served);
  });
});
