import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** Shows how it was called and what its environment is. */
const ODD_SHELL = `#!/usr/bin/perl
print "$_\\n" for @ARGV, map { "$_=$ENV{$_}" } sort keys %ENV;
`;
const ODD = '/srv/my shells/odd "shell"';

/** Shells that cannot be run by their users, and what the log says of them. */
const UNUSABLE = {
  'is not there': ['/no/such/shell', /no such file/i],
  'is no absolute path': ['sh', /sh/],
  'is not executable': ['/srv/notes.txt', /permission denied/i],
  'is a directory': ['/srv/my shells', /directory|not a file|permission denied/],
  'is executable for root only': ['/srv/for-root', /permission denied/],
  'lies in a directory of root': ['/srv/private/sh', /permission denied/],
} as const;
const BAD = Object.entries(UNUSABLE).map(([what, [shell, cause]], index) => ({ what, shell, cause, index }));

/** Users with supplementary groups take another way to their shell than those without. */
const WAYS = { '': [], g: ['--groups', 'audio'] } as const;

describe('a shell', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons: Record<string, RunningDaemon> = {};

  const account = (user: string, shell: string): void => {
    for (const [suffix, options] of Object.entries(WAYS)) {
      machine.addQuickUser(user + suffix, PASSWORD, ...options);
      machine.run('sed', ['-i', `s|^\\(${user}${suffix}:.*:\\).*|\\1${shell}|`, '/etc/passwd']);
    }
  };

  before(async () => {
    machine = await Machine.make();
    machine.shell(`
      mkdir "/srv/my shells"; mkdir -m 700 /srv/private
      cp /bin/sh /srv/private/sh; cp /bin/sh /srv/for-root; chmod 700 /srv/for-root
      echo > /srv/notes.txt
    `);
    machine.run('tee', [ODD], ODD_SHELL);
    machine.run('chmod', ['755', ODD]);
    account('odd', ODD);
    account('python', '/usr/bin/python3');
    account('empty', '');
    for (const { shell, index } of BAD) account(`bad${index}`, shell);
    for (const profile of ['true', 'false'])
      daemons[profile] = await machine.rexecd({
        flags: [...QUICK, '--stdio', 'relay', '--profile', profile],
      });
  });
  after(() => machine.end());

  async function output(t: TestContext, profile: string, user: string, line: string): Promise<string> {
    const answer = await daemons[profile]!.answer(t, user, PASSWORD, line);
    assert.equal(answer[0], '\0', answer);
    return answer.slice(1);
  }

  for (const profile of ['true', 'false'])
    for (const suffix of Object.keys(WAYS)) {
      const how = `${suffix ? 'with' : 'without'} supplementary groups and with --profile ${profile}`;

      it(`[step 8] of any kind gets -c and the line, and the environment alone, ${how}`, async (t) => {
        const user = `odd${suffix}`;
        const line = 'echo  "two  words" $HOME\t; \'';
        const variables = [
          ...[`HOME=/srv/home/${user}`, `LOGNAME=${user}`, 'PATH=/usr/local/bin:/usr/bin:/bin'],
          ...['RHOST=127.0.0.1', `SHELL=${ODD}`, `USER=${user}`],
        ];
        const written = await output(t, profile, user, line);
        assert.deepEqual(written.trimEnd().split('\n'), ['-c', line, ...variables]);
      });

      it(`[step 8] may be an interpreter of another language, ${how}`, async (t) => {
        const line = 'import os, sys; print(os.getcwd(), sys.argv, os.getuid() == os.geteuid() > 0)';
        const written = await output(t, profile, `python${suffix}`, line);
        assert.equal(written, `/srv/home/python${suffix} ['-c'] True\n`);
      });

      it(`[step 8] is the system's where none is named, ${how}`, async (t) => {
        const written = await output(t, profile, `empty${suffix}`, 'echo "$0"; readlink /proc/$$/exe');
        assert.equal(written, `sh\n${machine.run('readlink', ['-f', '/bin/sh'])}`);
      });

      for (const { what, cause, index } of BAD)
        it(`[step 8] that ${what} is told before the NUL, ${how}`, async (t) => {
          const daemon = daemons[profile]!;
          const user = `bad${index}${suffix}`;
          assert.equal(await daemon.answer(t, user, PASSWORD, 'echo ran'), '\x01Try again.\n');
          assert.match(await daemon.seen(new RegExp(`REXECD-401 .*user="${user}"`)), cause);
        });
    }
});
