import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { apart } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { findProgram } from '../../support/program.ts';

const SHELLS = ['sh', 'dash', 'bash', 'ksh', 'zsh', 'tcsh', 'fish'];

/** What a shell could take for an option. `-s` and `-` would have it run the peer's stdin. */
const COMMANDS = ['-', '--', '-x', '+x', '-s', '-i', '-c id', '+o vi', '--help', '-\t'];

/** Input that says so if it is run instead of read. */
const STDIN = 'echo ran the input\n';

for (const profile of ['true', 'false'])
  describe(`a command that looks like an option, with --profile ${profile}`, {
    ...BOUNDED,
    skip: noMachine,
  }, () => {
    let machine: Machine;
    let daemon: RunningDaemon;
    const installed = SHELLS.filter((name) => findProgram(name) !== undefined);

    before(async () => {
      machine = await Machine.make();
      for (const name of installed)
        machine.addQuickUser(`with-${name}`, PASSWORD, '--shell', findProgram(name)!);
      daemon = await machine.rexecd({ flags: [...QUICK, '--profile', profile] });
    });
    after(() => machine.end());

    /** How the shell itself ends that is given the same after a space, which no option has. */
    const statusOf = (shell: string, command: string): string => {
      const { status } = spawnSync(shell, ['-c', ` ${command}`], { input: STDIN, env: { HOME: '/none' } });
      return `exit ${status}`;
    };

    for (const name of SHELLS) {
      const shell = findProgram(name);
      const skip = shell === undefined && `${name} is not installed`;

      it(`B3: is a command that ${name} does not find`, { skip }, async (t) => {
        const all = COMMANDS.map(async (command) => {
          const { stdout, stderr, status } = await apart(t, daemon, `with-${name}`, command, STDIN);
          return [command, stdout, status, stderr.includes('ran the input')];
        });
        const expected = COMMANDS.map((command) => [command, '', statusOf(shell!, command), false]);
        assert.deepEqual(await Promise.all(all), expected);
      });

      it(`B3: does not keep ${name} from running what begins like that`, { skip }, async (t) => {
        const call = (command: string) => apart(t, daemon, `with-${name}`, command, STDIN);
        assert.equal((await call('cat')).stdout, STDIN);
        assert.equal((await call(' echo -x +x -- -')).stdout, '-x +x -- -\n');
      });
    }
  });
