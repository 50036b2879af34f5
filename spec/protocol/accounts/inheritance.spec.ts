import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { apart, together } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** What the program that starts the daemon leaves open, limits, ignores and sets: none of it is for a command. */
const STARTER = `
  exec 3< /etc/hostname 9<> /dev/zero 77< /etc/passwd 251< /etc/group 900> /dev/null
  umask 077
  cd /tmp
  trap '' HUP INT PIPE CHLD USR1
  exec nice -n 3 env CANARY=bird "$@"
`;
const THROUGH = ['prlimit', '--nofile=1024:2000', '--core=0:unlimited', 'bash', '-c', STARTER, 'bash'];

const DAEMONS = {
  'by execa': ['--launcher', 'execa'],
  'by posix-spawn': ['--launcher', 'posix-spawn'],
} as const;

describe('what a daemon was started with', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons: Record<string, RunningDaemon> = {};

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD);
    machine.addQuickUser('bob', PASSWORD, '--groups', 'audio,video');
    const started = Object.entries(DAEMONS).map(async ([how, flags]) => {
      const words = [...QUICK, '--profile', 'false', ...flags];
      daemons[how] = await machine.rexecd({ flags: words, through: THROUGH });
    });
    await Promise.all(started);
  });
  after(() => machine.end());

  for (const how of Object.keys(DAEMONS)) {
    const daemon = () => daemons[how]!;

    for (const user of ['ada', 'bob']) {
      it(`[step 8] leaves a command of ${user} no descriptor above 2, ${how}`, async (t) => {
        const command = 'ls /proc/$$/fd; :';
        const all = await Promise.all([
          together(t, daemon(), user, command),
          together(t, daemon(), user, command, 'early\n'),
          apart(t, daemon(), user, command).then(({ stdout }) => stdout),
          apart(t, daemon(), user, command, 'early\n').then(({ stdout }) => stdout),
        ]);
        assert.deepEqual(all, Array(4).fill('0\n1\n2\n'));
      });

      it(`[step 8] leaves a program of ${user} no descriptor above 2, ${how}`, async (t) => {
        const listed = await together(t, daemon(), user, 'exec ls -l /proc/self/fd');
        const numbers = [...listed.matchAll(/ (\d+) -> (.*)/g)].map(([, number, target]) => [number, target]);
        assert.deepEqual(
          numbers.slice(0, 3).map(([number]) => number),
          ['0', '1', '2'],
        );
        assert.equal(numbers.length, 4, listed);
        assert.match(numbers[3]![1]!, /^\/proc\/\d+\/fd$/); // the folder that it reads
      });

      it(`[step 8] gives a command of ${user} the limit of open files, ${how}`, async (t) => {
        const { stdout } = await apart(t, daemon(), user, 'ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc');
        assert.equal(stdout, '1024\n2000\n0\nunlimited\n');
      });

      it(`[step 8] leaves a command of ${user} no signal ignored or blocked, ${how}`, async (t) => {
        const { stdout } = await apart(t, daemon(), user, "grep -E '^Sig(Blk|Ign)' /proc/self/status");
        assert.equal(stdout, `SigBlk:\t${'0'.repeat(16)}\nSigIgn:\t${'0'.repeat(16)}\n`);
      });

      it(`[step 8] gives a command of ${user} the umask, folder and environment of a login, ${how}`, async (t) => {
        const { stdout } = await apart(t, daemon(), user, 'umask; pwd; echo $CANARY');
        assert.equal(stdout, `0022\n/srv/home/${user}\n\n`);
      });

      it(`[step 8] gives a command of ${user} its niceness, ${how}`, async (t) => {
        assert.equal((await apart(t, daemon(), user, 'nice')).stdout, '3\n');
      });
    }

    it(`is that (control), ${how}`, () => {
      const { pid } = daemon().child;
      assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), /Max open files +\d+ +2000/);
      assert.match(readFileSync(`/proc/${pid}/environ`, 'utf8'), /CANARY=bird/);
    });
  }
});
