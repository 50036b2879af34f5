import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { REXEC_EXIT } from '../../../lib/cli/programs/common/exit-codes.ts';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { PATIENT, ROOT, run } from '../../support/program.ts';

const LOGIN = ['-l', USER, '-p', PASSWORD] as const;
const HOST = '127.0.0.1';

describe('the command line of rexec', PATIENT, () => {
  it('joins the words of the command by a space', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['echo', 'several', '"words   of', 'a"', 'command'];
    const { stdout } = await run(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, ...words]);
    assert.equal(stdout, 'several words   of a command\n');
  });

  it('takes options between host and command, and none after it', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['echo', '-l', '--port', '-p', 'x', '--no-stderr', '--', '-n'];
    const ended = await run(t, 'rexec', [HOST, ...LOGIN, '--port', `${port}`, ...words]);
    assert.deepEqual(ended, { stdout: '-l --port -p x --no-stderr -- -n\n', stderr: '', status: 0 });
  });

  it('takes options before the host and after it together', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['--port', `${port}`, HOST, '-l', USER, '-p', PASSWORD, 'echo', '-l'];
    assert.equal((await run(t, 'rexec', words)).stdout, '-l\n');
  });

  for (const word of ['-h', '--help', '--version'])
    it(`leaves ${word} after the command to the command`, async (t) => {
      const { port } = await startDaemon(t);
      const ended = await run(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, '/bin/echo', '-E', word]);
      assert.deepEqual(ended, { stdout: `${word}\n`, stderr: '', status: 0 });
    });

  for (const flag of ['-h', '--help'])
    it(`tells with ${flag} how it is used, every exit code included`, async (t) => {
      const { stdout, stderr, status } = await run(t, 'rexec', [flag]);
      assert.deepEqual([stderr, status], ['', 0]);
      assert.match(stdout, /^Usage: rexec \[options\] host \[options\] command\.\.\.\n/);
      const { usage, outputClosed: _, REXEC_ABORTED: __, ...codes } = REXEC_EXIT;
      for (const code of [usage, ...Object.values(codes)])
        assert.match(stdout, new RegExp(`^ .*\\b${code}\\b`, 'm'));
    });

  it('tells its version', async (t) => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(await run(t, 'rexec', ['--version']), { stdout: `${version}\n`, stderr: '', status: 0 });
  });
});
