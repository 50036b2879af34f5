import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apart, begin } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** Values of TMPDIR that a daemon is started with, and its launcher. */
const TMPDIRS = {
  'is missing': ['/srv/none', 'execa'],
  'is missing where the launcher is posix-spawn': ['/srv/none', 'posix-spawn'],
  'is longer than the name of a socket may be': [`/srv/${'long'.repeat(50)}`, 'execa'],
  'is full': ['/srv/full', 'execa'],
  'is read-only': ['/srv/read-only', 'execa'],
} as const;

describe('a TMPDIR of the daemon that', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons: Record<string, RunningDaemon> = {};

  before(async () => {
    machine = await Machine.make();
    machine.shell(`
      mkdir '/srv/${'long'.repeat(50)}' /srv/full /srv/read-only
      mount -t tmpfs -o size=4k,nr_inodes=2 tmpfs /srv/full
      touch /srv/full/file
      mount -t tmpfs -o ro tmpfs /srv/read-only
    `);
    machine.addQuickUser('ada', PASSWORD);
    machine.addQuickUser('bob', PASSWORD, '--groups', 'audio,video');
    const started = Object.entries(TMPDIRS).map(async ([what, [path, launcher]]) => {
      const flags = [...QUICK, '--profile', 'false', '--launcher', launcher];
      daemons[what] = await machine.rexecd({ flags, through: ['env', `TMPDIR=${path}`] });
    });
    await Promise.all(started);
  });
  after(() => machine.end());

  for (const what of Object.keys(TMPDIRS))
    for (const user of ['ada', 'bob']) {
      it(`B5: ${what} does not keep ${user} from sending input with the request`, async (t) => {
        const peer = await begin(t, daemons[what]!, user, 'cat; echo end >&2', 'early\n');
        await peer.send('late\n');
        peer.halfClose();
        assert.equal(await peer.toEnd(), 'early\nlate\nend\n');
      });

      it(`B5: ${what} does not keep ${user} from a second connection`, async (t) => {
        const ran = await apart(t, daemons[what]!, user, 'cat; echo end >&2', 'early\n');
        assert.deepEqual(ran, { stdout: 'early\n', stderr: 'end\n', status: 'exit 0' });
      });

      it(`B5: ${what} is not the TMPDIR of ${user}`, async (t) => {
        const { stdout } = await apart(
          t,
          daemons[what]!,
          user,
          'printenv TMPDIR; mktemp | xargs rm && echo made',
        );
        assert.equal(stdout, 'made\n');
      });
    }
});
