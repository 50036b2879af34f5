import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hostsOf, LOGIN, startAnswering, startEndless } from '../../../support/daemon/answering.ts';
import { eventually } from '../../../support/peer.ts';
import { PATIENT, start, temporaryFolder } from '../../../support/program.ts';
import { lineFor, ON_A_TERMINAL, onTerminal } from '../../../support/terminal.ts';

describe('rexec while several hosts run', PATIENT, () => {
  it('lists at a SIGUSR1 who still runs, how far and for how long, and sends it to no command', async (t) => {
    const [good, slow, waiting] = [await startAnswering(t), await startEndless(t), await startAnswering(t)];
    const words = [...LOGIN, '-n', '--max-parallel', '1', '-w', hostsOf(good, slow, waiting), 'true'];
    const program = start(t, 'rexec', words);
    await program.says(/running/);
    program.child.kill('SIGUSR1');
    await eventually(() => /running, 1 waiting\n.*\n/.test(program.stderr), 'it lists');
    assert.match(
      program.stderr,
      new RegExp(
        `^rexec: 1 of 3 hosts done, 0 failed, 1 running, 1 waiting\\nrexec:   127\\.0\\.0\\.1:${slow.port}: run, \\d+\\.\\d s$`,
        'm',
      ),
    );
    program.child.kill('SIGKILL');
  });

  it('says at the first Ctrl-C where it went and who is left; the second ends it, and nothing is lost', async (t) => {
    const failed = join(temporaryFolder(t), 'failed');
    const [good, slow, waiting] = [await startAnswering(t), await startEndless(t), await startAnswering(t)];
    const words = [...LOGIN, '-n', '--max-parallel', '1', '-w', hostsOf(good, slow, waiting)];
    const program = start(t, 'rexec', [...words, '--failed-to', failed, 'true']);
    await program.says(/running/);
    program.child.kill('SIGINT');
    await eventually(() => /Ctrl-C/.test(program.stderr), 'it says where it went');
    assert.match(
      program.stderr,
      new RegExp(
        `^rexec: Ctrl-C went to the command on 127\\.0\\.0\\.1:${slow.port}; hosts not started: 1; press it again to leave those that run$`,
        'm',
      ),
    );
    program.child.kill('SIGINT');
    const { stderr, status } = await program.end();
    assert.equal(status, 130);
    assert.match(stderr, new RegExp(`^rexec: run: aborted: 127\\.0\\.0\\.1:${slow.port} `, 'm'));
    assert.match(
      stderr,
      new RegExp(`^rexec: not started \\(SIGINT\\): 127\\.0\\.0\\.1:${waiting.port} `, 'm'),
    );
    assert.match(stderr, /^rexec: 1 of 3 hosts succeeded$/m);
    assert.equal(
      readFileSync(failed, 'utf8'),
      `# rexec: 2 of 3 hosts failed\n127.0.0.1:${slow.port} # run: aborted\n127.0.0.1:${waiting.port} # not started (SIGINT)\n`,
    );
  });

  it('lists the same when Enter is pressed on its terminal', ON_A_TERMINAL, async (t) => {
    const [one, two] = [await startEndless(t), await startEndless(t)];
    const line = lineFor('rexec', [...LOGIN, '-w', hostsOf(one, two), 'true']);
    const terminal = onTerminal(t, line, { env: { NO_COLOR: '1' } });
    await terminal.says(/running\r?\n.*running\r?\n/s);
    terminal.child.stdin.write('\n');
    await terminal.says(/rexec: 0 of 2 hosts done, 0 failed, 2 running, 0 waiting/);
    await terminal.says(new RegExp(`rexec: {3}127\\.0\\.0\\.1:${two.port}: run, \\d`));
  });
});
