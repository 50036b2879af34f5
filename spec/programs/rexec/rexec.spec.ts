import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, run, start } from '../../support/program.ts';

const LOGIN = ['-l', USER, '-p', PASSWORD] as const;
const HOST = '127.0.0.1';

describe('rexec', PATIENT, () => {
  for (const [command, status] of Object.entries({
    true: 0,
    'exit 1': 1,
    'exit 7': 7,
    'exit 255': 255,
    'kill -KILL $$': 137,
    'kill -TERM $$': 143,
    'no-such-program': 127,
  }))
    it(`exits with ${status} for ${JSON.stringify(command)}`, async (t) => {
      const { port } = await startDaemon(t);
      assert.equal((await run(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, command])).status, status);
    });

  it('passes stdin and stdout as they are', async (t) => {
    const { port } = await startDaemon(t);
    const bytes = randomBytes(1024 * 1024);
    const { stdout, status } = await run(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, 'cat'], {
      stdin: bytes,
    });
    assert.equal(status, 0);
    assert.ok(Buffer.from(stdout, 'latin1').equals(bytes));
  });

  it('waits until the last byte was taken by a reader that is slow', async (t) => {
    const daemon = await startDaemon(t);
    const sizes = Array.from({ length: 6 }, (_, index) => 180_000 + 20_000 * index); // around what a pipe holds
    const read = sizes.map(async (size) => {
      const words = [...LOGIN, '--port', `${daemon.port}`, HOST, `head -c ${size} /dev/zero`];
      const program = start(t, 'rexec', words, { stdin: '' });
      program.child.stdout.pause();
      await daemon.events.seen('commandEnded', sizes.length - 1);
      await eventually(() => daemon.daemon.sessions.length === 0, 'every session is over');
      await Promise.race([once(program.child, 'exit'), delay(300)]); // time for one that would not wait
      program.child.stdout.resume();
      return (await program.end()).stdout.length;
    });
    assert.deepEqual(await Promise.all(read), sizes);
  });

  it('keeps stderr apart', async (t) => {
    const { port } = await startDaemon(t);
    const ended = await run(t, 'rexec', [
      ...LOGIN,
      '--port',
      `${port}`,
      HOST,
      'echo out; echo err >&2; exit 7',
    ]);
    assert.deepEqual(ended, { stdout: 'out\n', stderr: 'err\n', status: 7 });
  });

  it('with --no-stderr gets stderr in order with stdout, and no exit status', async (t) => {
    const { port } = await startDaemon(t);
    const command = 'echo 1; echo 2 >&2; echo 3; exit 7';
    const ended = await run(t, 'rexec', [...LOGIN, '--no-stderr', '--port', `${port}`, HOST, command]);
    assert.deepEqual(ended, { stdout: '1\n2\n3\n', stderr: '', status: 0 });
  });

  for (const flag of ['-n', '--null'])
    it(`with ${flag} gives the command no input, though there is some`, async (t) => {
      const { port } = await startDaemon(t);
      const program = start(t, 'rexec', [...LOGIN, flag, '--port', `${port}`, HOST, 'cat; echo over']);
      program.child.stdin.write('input'); // and no end
      assert.deepEqual(await program.end(), { stdout: 'over\n', stderr: '', status: 0 });
    });

  it('ends quietly when nobody reads its output, and takes the command along', async (t) => {
    const daemon = await startDaemon(t);
    const program = start(t, 'rexec', [...LOGIN, '--port', `${daemon.port}`, HOST, 'exec yes']);
    await program.says(/y\n/);
    program.child.stdout.destroy(); // as head -1 does
    const { stderr, status } = await program.end();
    assert.deepEqual([stderr, status], ['', 141]);
    await eventually(() => daemon.daemon.sessions.length === 0, 'the command is over');
  });
});
