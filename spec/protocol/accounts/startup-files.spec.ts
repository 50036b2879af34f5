import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apart, begin, together } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** Profiles that do more than set variables, and what becomes of the command `cat; echo end` with two lines of input. */
const PROFILES = {
  'reads a line': ['read x; echo "read $x"', 'read one\ntwo\nend\n'],
  'writes a greeting': ['echo Welcome', 'Welcome\none\ntwo\nend\n'],
  'is replaced by another shell': ['exec sh', 'sh: 1: one: not found\nsh: 2: two: not found\n'],
  'ends the shell': ['echo bye; exit 3', 'bye\n'],
} as const;

describe('a startup file', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons: Record<string, RunningDaemon> = {};
  const names = Object.keys(PROFILES);

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('bash', PASSWORD, '--shell', '/bin/bash');
    machine.shell('cd /srv/home/bash; rm -f .[!.]*; echo "echo bashrc" | tee .bashrc -a /etc/bash.bashrc');
    for (const [index, [text]] of Object.values(PROFILES).entries()) {
      machine.addQuickUser(`profile${index}`, PASSWORD);
      machine.run('tee', [`/srv/home/profile${index}/.profile`], `${text}\n`);
    }
    const started = (['true', 'false'] as const).flatMap((profile) =>
      ['execa', 'posix-spawn'].map(async (launcher) => {
        const flags = [...QUICK, '--profile', profile, '--launcher', launcher];
        daemons[`${profile} ${launcher}`] = await machine.rexecd({ flags });
      }),
    );
    await Promise.all(started);
  });
  after(() => machine.end());

  for (const launcher of ['execa', 'posix-spawn'])
    for (const profile of ['true', 'false']) {
      const how = `by ${launcher} with --profile ${profile}`;
      const daemon = () => daemons[`${profile} ${launcher}`]!;

      it(`B10: of bash for commands over a network is not read, ${how}`, async (t) => {
        assert.equal(await together(t, daemon(), 'bash', 'echo ran'), 'ran\n');
        assert.equal(await together(t, daemon(), 'bash', 'cat; echo ran', 'early\n'), 'early\nran\n');
        const open = await begin(t, daemon(), 'bash', 'echo ran'); // its stdin stays open
        assert.equal(await open.toEnd(), 'ran\n');
        const { stdout, stderr } = await apart(t, daemon(), 'bash', 'cat; echo ran', 'early\n');
        assert.deepEqual([stdout, stderr], ['early\nran\n', '']);
      });

      it(`B10: is not read by a bash that the command starts, ${how}`, async (t) => {
        assert.equal(await together(t, daemon(), 'bash', 'bash -c "echo inner"; echo ran'), 'inner\nran\n');
      });
    }

  for (const [index, what] of names.entries()) {
    const [, expected] = Object.values(PROFILES)[index]!;

    it(`B11: that ${what} does so before the command, as in every login shell`, async (t) => {
      const written = await together(
        t,
        daemons['true execa']!,
        `profile${index}`,
        'cat; echo end',
        'one\ntwo\n',
      );
      assert.equal(written, expected);
    });

    it(`B11: that ${what} is not read with --profile false`, async (t) => {
      const written = await together(
        t,
        daemons['false execa']!,
        `profile${index}`,
        'cat; echo end',
        'one\ntwo\n',
      );
      assert.equal(written, 'one\ntwo\nend\n');
    });
  }
});
