import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { buffer, text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import {
  type Launch,
  LaunchError,
  launcherNamed,
  type RunningCommand,
  shellCommand,
} from '../../../lib/launch/index.ts';
import { ownIdentity } from '../../../lib/login/index.ts';
import { BOUNDED, program } from '../../support/daemon/daemon.ts';
import { within } from '../../support/peer.ts';

/** Descriptors of processes and groups that this process has open. */
const pidfds = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).includes('[pidfd]');
    } catch {
      return false; // the folder's own
    }
  }).length;

for (const name of ['execa', 'posix-spawn'] as const)
  describe(`the launcher ${name}`, () => {
    async function launch(t: TestContext, line: string, more: Partial<Launch> = {}): Promise<RunningCommand> {
      const running = await (await launcherNamed(name)).launch({
        identity: ownIdentity(),
        shell: shellCommand('/bin/sh', Buffer.from(line), false),
        directory: '/',
        environment: { PATH: '/usr/bin:/bin' },
        limits: {},
        stderr: 'pipe',
        ...more,
      });
      t.after(() => void running.group.signal('SIGKILL'));
      return running;
    }

    describe('a launched command', BOUNDED, () => {
      it('has pipes for stdin, stdout and stderr', async (t) => {
        const { stdin, stdout, stderr, exit } = await launch(t, 'cat; echo err >&2; exit 3');
        stdin?.end('in');
        assert.deepEqual(await Promise.all([text(stdout!), text(stderr!)]), ['in', 'err\n']);
        assert.deepEqual(await exit, { type: 'exited', code: 3 });
      });

      it('has one stream for stdout and stderr where they go the same way', async (t) => {
        const command = await launch(t, 'echo a; echo b >&2', { stderr: 'stdout' });
        assert.equal(command.stderr, null);
        assert.equal(await text(command.stdout!), 'a\nb\n');
      });

      it('gets the given environment, directory and nothing else', async (t) => {
        const environment = { PATH: '/usr/bin:/bin', ONLY: 'this' };
        const { stdout } = await launch(t, 'pwd; tr "\\0" "\\n" </proc/$$/environ', {
          environment,
          directory: '/usr',
        });
        assert.deepEqual((await text(stdout!)).split('\n'), ['/usr', 'PATH=/usr/bin:/bin', 'ONLY=this', '']);
      });

      for (const [what, more] of Object.entries({
        'a shell': { shell: shellCommand('/no/such/shell', Buffer.from(':'), false) },
        'a directory': { directory: '/no/such/directory' },
        'the right to execute it': { shell: shellCommand('/etc/passwd', Buffer.from(':'), false) },
      }))
        it(`is refused without ${what}`, async (t) => {
          for (const stderr of ['pipe', 'stdout'] as const)
            await assert.rejects(launch(t, ':', { ...more, stderr }), (error) => {
              assert.ok(error instanceof LaunchError);
              assert.equal(error.code, 'REXEC_LAUNCH_FAILED');
              assert.notEqual(error.message, '');
              return true;
            });
        });
    });

    it('gives a command limits that this process does not have', async (t) => {
      const limits = { nofile: '64:64', core: '0:0' };
      const { stdout } = await launch(t, 'ulimit -Sn; ulimit -Hn; ulimit -c', { limits });
      assert.equal(await text(stdout), '64\n64\n0\n');
    });

    it('passes every byte of a command that is not text', async (t) => {
      const bytes = Buffer.from(Array.from({ length: 254 }, (_, at) => (at < 38 ? at + 1 : at + 2))); // all but '
      const line = Buffer.concat([Buffer.from("printf %s '"), bytes, Buffer.from("'")]);
      const { stdout } = await launch(t, '', { shell: shellCommand('/bin/sh', line, false) });
      assert.deepEqual(await buffer(stdout), bytes);
    });

    describe('the process group of a command', BOUNDED, () => {
      it('gets signals by name and by number', async (t) => {
        const { stdout, group, exit } = await launch(t, `exec sh ${program('report-signals.sh')}`);
        const output = text(stdout!.once('data', () => group.signal(15)));
        assert.deepEqual(await exit, { type: 'exited', code: 15 });
        assert.match(await output, /15\n$/);
        const other = await launch(t, 'exec sleep 600');
        assert.equal(other.group.signal('SIGINT'), true);
        assert.deepEqual(await other.exit, { type: 'signaled', signal: 'SIGINT' });
      });

      it('is gone once its leader is reaped and nobody is left, and is never signalled again', async (t) => {
        const { group, exit, pid } = await launch(t, 'exit 0');
        await exit;
        assert.equal(group.gone, true);
        const kill = t.mock.method(process, 'kill');
        assert.equal(group.signal(0), false);
        assert.equal(group.signal('SIGKILL'), false);
        assert.equal(kill.mock.callCount(), 0, `group ${pid} may belong to somebody else`);
      });

      it('is not gone while a process of the background is left', async (t) => {
        const { group, exit, stdout } = await launch(t, `sh ${program('report-signals.sh')} & exit 0`);
        await within(once(stdout!, 'data'), 'the background process');
        await exit;
        assert.equal(group.gone, false);
        assert.equal(group.signal('SIGTERM'), true);
        stdout!.resume();
        await within(once(stdout!, 'end'), 'its end');
      });

      it('takes no signal once it is closed, and keeps no descriptor', async (t) => {
        const before = pidfds();
        const { group, exit } = await launch(t, 'exec sleep 600');
        group.signal('SIGKILL');
        await exit;
        group.close();
        group.close();
        assert.equal(group.signal(0), false);
        assert.equal(group.gone, true);
        assert.equal(pidfds(), before);
      });

      it('takes no number that means nothing', async (t) => {
        const { group } = await launch(t, 'exec sleep 600');
        for (const number of [65, 255, -1, 1.5]) assert.equal(group.signal(number), false);
        assert.equal(group.signal(0), true);
      });
    });
  });
