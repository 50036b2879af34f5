import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { apart, begin, beginApart, line, together } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { eventually, type Peer } from '../../support/peer.ts';
import { isAlive } from '../../support/program.ts';

/** Commands that open one of their streams by its name, and what arrives on stdout and on stderr. */
const BY_NAME = {
  'echo oops > /dev/stderr': ['', 'oops\n'],
  'echo out > /dev/stdout': ['out\n', ''],
  'echo oops >> /dev/stderr; echo more >> /dev/stderr': ['', 'oops\nmore\n'],
  'echo both | tee /dev/stderr': ['both\n', 'both\n'],
  '{ echo twice | tee /dev/fd/3 > /dev/null; } 3>&1': ['twice\n', ''],
  'cat /dev/stdin': ['sent\n', ''],
  'cat < /dev/stdin': ['sent\n', ''],
  'cat /dev/fd/0': ['sent\n', ''],
  'cat /proc/self/fd/0': ['sent\n', ''],
  'exec 3> /dev/fd/2; echo three >&3': ['', 'three\n'],
  'exec 3> /dev/fd/1; echo three >&3': ['three\n', ''],
  'exec 3< /dev/fd/0; cat <&3': ['sent\n', ''],
  'echo oops > /proc/self/fd/2': ['', 'oops\n'],
  'sh -c "echo child > /dev/stderr"': ['', 'child\n'],
  "perl -e 'open F, q(>), q(/dev/stderr) or die; print F qq(perl\\n)'": ['', 'perl\n'],
  'dd if=/dev/stdin of=/dev/stdout status=none': ['sent\n', ''],
} as const;

/** What each stream is, as the command sees it. */
const KINDS = 'for n in 0 1 2; do stat -L -c %F /proc/$$/fd/$n; done';

/** One word to each output in turn, each by a write of its own. */
const IN_TURN = `perl -e 'for (1 .. 3000) { syswrite STDOUT, qq(o$_ ); syswrite STDERR, qq(e$_ ) }'`;
const TURNS = Array.from({ length: 3000 }, (_, index) => `o${index + 1} e${index + 1} `).join('');

/** Ways to leave a process behind that holds the output; $f is a FIFO that it waits for. */
const LEFT_BEHIND = {
  'in the background': '(read x < $f; echo late) & echo $$',
  'in a process group of its own': `exec bash -c 'set -m; (read x < $f; echo late) & echo $$'`,
  'in a session of its own': 'setsid sh -c "read x < $f; echo late" & echo $$',
  'that ignores SIGHUP': 'nohup sh -c "read x < $f; echo late" 2> /dev/null & echo $$',
  'that has stderr alone': '(read x < $f; echo late >&2) > /dev/null & echo $$',
} as const;

for (const launcher of ['execa', 'posix-spawn'])
  describe(`the streams of an account's command, by ${launcher}`, { ...BOUNDED, skip: noMachine }, () => {
    let machine: Machine;
    let daemon: RunningDaemon;
    let fifos = 0;

    before(async () => {
      machine = await Machine.make();
      machine.addQuickUser('ada', PASSWORD);
      machine.addQuickUser('bob', PASSWORD, '--groups', 'audio,video');
      daemon = await machine.rexecd({ flags: [...QUICK, '--launcher', launcher, '--profile', 'false'] });
    });
    after(async () => {
      machine.shell('for f in /srv/fifo?*; do [ ! -p $f ] || echo go 1<> $f; done'); // what still waits ends
      await machine.end();
    });

    const fifo = (): string => {
      fifos += 1;
      machine.shell(`mkfifo /srv/fifo${fifos}; chmod 666 /srv/fifo${fifos}`);
      return `/srv/fifo${fifos}`;
    };
    const release = (path: string): string => machine.run('timeout', ['10', 'sh', '-c', `echo go > ${path}`]);

    for (const user of ['ada', 'bob'])
      it(`[step 8] of ${user} are pipes, with a second connection and without`, async (t) => {
        assert.equal(await together(t, daemon, user, KINDS), 'fifo\nfifo\nfifo\n');
        assert.equal((await apart(t, daemon, user, KINDS)).stdout, 'fifo\nfifo\nfifo\n');
      });

    for (const [command, [stdout, stderr]] of Object.entries(BY_NAME)) {
      it(`B1: can be opened by name, with a second connection: ${command}`, async (t) => {
        const ran = await apart(t, daemon, 'ada', command, 'sent\n');
        assert.deepEqual(ran, { stdout, stderr, status: 'exit 0' });
      });

      it(`B1: can be opened by name, on one connection: ${command}`, async (t) => {
        assert.equal(await together(t, daemon, 'ada', command, 'sent\n'), stderr + stdout);
      });
    }

    it('[step 8] keep the order of both outputs on one connection', async (t) => {
      assert.equal(await together(t, daemon, 'ada', IN_TURN), TURNS);
    });

    it('[step 8] keep the order where the streams are opened again by name', async (t) => {
      const command = 'for n in 1 2 3; do echo o$n; echo e$n > /dev/stderr; echo p$n > /dev/stdout; done';
      assert.equal(await together(t, daemon, 'ada', command), 'o1\ne1\np1\no2\ne2\np2\no3\ne3\np3\n');
    });

    it('[step 8] come apart with a second connection, each in its own order', async (t) => {
      const { stdout, stderr } = await apart(t, daemon, 'ada', IN_TURN);
      assert.equal(stdout, TURNS.replaceAll(/e\d+ /g, ''));
      assert.equal(stderr, TURNS.replaceAll(/o\d+ /g, ''));
    });

    /** The command has ended, for longer than anything that looks after ended commands takes. */
    async function leaderEnds(t: TestContext, peer: Peer): Promise<void> {
      const pid = Number(await line(peer));
      await eventually(() => !isAlive(pid), 'the command ended');
      await together(t, daemon, 'bob', 'sleep 0.5');
    }

    describe('and a process left behind', { concurrency: 6 }, () => {
      for (const [how, command] of Object.entries(LEFT_BEHIND)) {
        const call = (path: string) => `export f=${path}; ${command}`;

        for (const early of [true, false])
          it(`B2: end with a process left ${how}, ${early ? 'half-closed' : 'open'} to the peer`, async (t) => {
            const path = fifo();
            const peer = await begin(t, daemon, 'ada', call(path), early ? 'stdin\n' : '');
            if (early) peer.halfClose();
            await leaderEnds(t, peer);
            release(path);
            assert.equal(await peer.toEnd(), 'late\n');
          });

        it(`B2: end with a process left ${how}, with a second connection`, async (t) => {
          const path = fifo();
          const [peer, channel] = await beginApart(t, daemon, 'ada', call(path));
          await leaderEnds(t, peer);
          release(path);
          const [stdout, stderr] = await Promise.all([peer.toEnd(), channel.toEnd()]);
          assert.equal(`${stdout}${stderr}`.replace(/\0exit 0\n$/, ''), 'late\n');
        });
      }
    });

    it('[step 8] may be left unread by a command that ends', async (t) => {
      const input = 'x'.repeat(100_000);
      assert.equal(await together(t, daemon, 'ada', 'echo done', input), 'done\n');
      const ran = await apart(t, daemon, 'ada', 'exec <&-; echo done', input);
      assert.deepEqual(ran, { stdout: 'done\n', stderr: '', status: 'exit 0' });
    });
  });
