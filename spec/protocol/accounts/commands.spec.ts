import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { listenForStderr, Peer } from '../../support/peer.ts';

/** What a daemon may be started with: none of it is for the command. */
const SURROUNDINGS = ['env', 'REXECD_SPEC_CANARY=bird', 'sh', '-c', 'umask 077; exec "$@"', 'sh'];
const CAPABILITIES = ['setpriv', '--inh-caps=+kill,+chown', '--ambient-caps=+kill,+chown'];

const DAEMONS = {
  'of a daemon with surroundings of its own': { through: SURROUNDINGS },
  'of a daemon that passes capabilities on': {
    through: [...CAPABILITIES, ...SURROUNDINGS],
  },
} as const;

/** With supplementary groups, and with the primary group alone. */
const USERS = { ada: 4001, bob: 4002 } as const;
const MANY = Array.from({ length: 100 }, (_, index) => `many${index}`);

describe('the command of an account', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;

  before(async () => {
    machine = await Machine.make();
    machine.shell('groupadd team; cp -r spec/support/commands /srv; chmod -R a+rX /srv/commands');
    machine.addQuickUser('ada', PASSWORD, '--uid', '4001', '--groups', 'audio,video,team');
    machine.addQuickUser('bob', PASSWORD, '--uid', '4002');
    machine.addQuickUser('many', PASSWORD);
    const lines = MANY.map((group, index) => `${group}:x:${6000 + index}:many\n`);
    machine.run('tee', ['-a', '/etc/group'], lines.join(''));
    machine.shell('echo "for the team" > /srv/shared; chgrp team /srv/shared; chmod 640 /srv/shared');
  });
  after(() => machine.end());

  for (const [what, { through }] of Object.entries(DAEMONS))
    describe(what, () => {
      let daemon: RunningDaemon;

      before(async () => {
        daemon = await machine.rexecd({ flags: [...QUICK], through });
      });

      /** What it writes, with both of its outputs in one. */
      async function output(t: TestContext, user: string, command: string): Promise<string> {
        const peer = await daemon.ask(t, user, PASSWORD, command);
        const answer = await peer.toEnd();
        assert.equal(answer[0], '\0');
        return answer.slice(1);
      }

      for (const [user, uid] of Object.entries(USERS)) {
        it(`[step 8] runs as ${user}, with all groups and no others`, async (t) => {
          const written = await output(t, user, "grep -E '^[UG]id:' /proc/self/status; id -Gn");
          const [uids, gids, names = ''] = written.split('\n');
          assert.equal(uids, `Uid:${`\t${uid}`.repeat(4)}`);
          assert.equal(gids, `Gid:${`\t${uid}`.repeat(4)}`);
          const groups = user === 'ada' ? ['ada', 'audio', 'team', 'video'] : ['bob'];
          assert.deepEqual(names.split(' ').sort(), groups);
        });

        it(`[step 8] of ${user} has no capabilities, and no signal is ignored or blocked`, async (t) => {
          const fields = await output(t, user, "grep -E '^(Cap|Sig|NoNew)' /proc/self/status");
          const { NoNewPrivs, ...status } = Object.fromEntries(
            fields
              .trimEnd()
              .split('\n')
              .map((line) => line.split(':\t')),
          ) as Record<string, string>;
          assert.equal(NoNewPrivs, '0');
          for (const name of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb', 'SigIgn', 'SigBlk'])
            assert.equal(status[name], '0'.repeat(16), name);
        });

        it(`[step 8] of ${user} leads a session and a process group, with three descriptors`, async (t) => {
          const written = await output(t, user, 'sh /srv/commands/own-process.sh; ps -o tty= -p $$; :');
          const [ids = '', ...rest] = written.trimEnd().split('\n');
          const [pid, group, session] = ids.split(' ');
          assert.deepEqual([group, session], [pid, pid]);
          assert.deepEqual(rest, ['0', '1', '2', '?']);
          await daemon.seen(new RegExp(`REXECD-402 .*user="${user}" .*pid=${pid} `));
        });

        it(`[step 8] of ${user} has the umask of a login, and makes files of ${user}`, async (t) => {
          const file = `/srv/home/${user}/made`;
          const command = `umask; rm -f ${file}; : > ${file}; stat -c '%a %U %G' ${file}`;
          assert.equal(await output(t, user, command), `0022\n644 ${user} ${user}\n`);
        });

        it(`[step 8] of ${user} has the user's environment and nothing of the daemon's`, async (t) => {
          const written = await output(t, user, "tr '\\0' '\\n' < /proc/$$/environ; :");
          assert.deepEqual(written.trimEnd().split('\n').sort(), [
            `HOME=/srv/home/${user}`,
            `LOGNAME=${user}`,
            'PATH=/usr/local/bin:/usr/bin:/bin',
            'RHOST=127.0.0.1',
            'SHELL=/bin/sh',
            `USER=${user}`,
          ]);
        });

        it(`[step 8] of ${user} gets the signals that come on the stderr channel`, async (t) => {
          const stderr = await listenForStderr(t);
          const peer = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
          await peer.send(`${stderr.port}\0`);
          const channel = await stderr.accepted;
          await peer.send(`${user}\0${PASSWORD}\0sh /srv/commands/report-signals.sh\0`);
          assert.equal(await peer.read(7), '\0ready\n');
          for (const number of [1, 10, 2]) {
            await channel.send(Buffer.of(number));
            assert.equal(await peer.read(`${number}\n`.length), `${number}\n`);
          }
          await channel.send(Buffer.of(9));
          assert.equal(await peer.toEnd(), '');
        });

        it(`[step 8] of ${user} may not do what root may`, async (t) => {
          const command =
            'cat /etc/shadow; kill -0 1; true > /etc/passwd; ls /root; chown 0 ~; setpriv --reuid 0 id';
          const written = await output(t, user, command);
          assert.equal(written.match(/denied|not permitted/gi)?.length, 6, written);
        });
      }

      it('[step 8] reads what a supplementary group may read', async (t) => {
        assert.equal(await output(t, 'ada', 'cat /srv/shared'), 'for the team\n');
      });

      it('[step 8] does not read what no group of the user may read', async (t) => {
        assert.match(await output(t, 'bob', 'cat /srv/shared'), /Permission denied/);
      });

      it('[step 8] has a hundred groups where the user is in as many', async (t) => {
        const names = (await output(t, 'many', 'id -Gn')).trimEnd().split(' ');
        assert.deepEqual(names.sort(), ['many', ...MANY].sort());
      });

      it("[step 8] has its peer's address", async (t) => {
        const answer = await daemon.answer(t, 'ada', PASSWORD, 'echo "$RHOST"', '127.0.0.2');
        assert.equal(answer, '\x00127.0.0.2\n');
      });

      it('runs for a daemon that was started like that (control)', () => {
        const status = readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8');
        const passesOn = what === 'of a daemon that passes capabilities on';
        assert.match(status, passesOn ? /CapAmb:\t0*21\n/ : /CapAmb:\t0*\n/);
        assert.match(readFileSync(`/proc/${daemon.child.pid}/environ`, 'utf8'), /CANARY=bird/);
      });
    });
});
