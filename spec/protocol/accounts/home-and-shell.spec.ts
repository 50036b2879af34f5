import assert from 'node:assert/strict';
import { existsSync, realpathSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** What is done to a home ($h) of a user ($u) that cannot be used then, and what the log says of it. */
const UNUSABLE = {
  'is missing': ['rm -r $h', /no such file/],
  'may not be searched by its user': ['chown root $h; chmod 700 $h', /permission denied/],
  'may be read but not searched': ['chmod 600 $h', /permission denied/],
  "is searchable for everybody but its owner, the user's": ['chmod 077 $h', /permission denied/],
  'is searchable for a group that the user is not in': [
    'chown root:team $h; chmod 710 $h',
    /permission denied/,
  ],
  'lies in a directory that may not be searched': [
    'mkdir -p -m 700 /srv/private; mkdir -m 755 /srv/private/$u; usermod -d /srv/private/$u $u',
    /\/srv\/private\/\w+: permission denied/,
  ],
  'is a symbolic link into a directory that may not be searched': [
    'mkdir -p -m 700 /srv/private; mkdir -m 755 /srv/private/$u; rm -r $h; ln -s /srv/private/$u $h',
    /permission denied/,
  ],
  'is a file': ['rm -r $h; touch $h', /not a directory/],
  'lies below a file': ['usermod -d /etc/passwd/$u $u', /not a directory/],
  'is a symbolic link to itself': ['rm -r $h; ln -s $h $h', /symbolic link/],
  'is a relative path': ['sed -i "s,:$h:,:srv/home:," /etc/passwd', /not an absolute path/],
  'is not named': ['sed -i "s,:$h:,::," /etc/passwd', /HOME is not set/],
} as const;

/** The same for homes that can be used, and where the command then is. */
const USABLE = {
  'is searchable for a supplementary group of the user': [
    'usermod -aG team $u; chown root:team $h; chmod 710 $h',
  ],
  'is searchable for the primary group of the user': ['usermod -g team $u; chown root:team $h; chmod 710 $h'],
  "is somebody else's but searchable": ['chown root:root $h; chmod 711 $h'],
  'is a symbolic link': ['mv $h $h.real; ln -s $h.real $h'],
  'has a space and a quote in its name': ['usermod -m -d "/srv/home/a \'b" $u', "/srv/home/a 'b"],
  'is the root directory': ['usermod -d / $u', '/'],
} as const;

const homes = (table: Record<string, readonly unknown[]>, prefix: string) =>
  Object.entries(table).map(([what, [change, detail]], index) => ({
    what,
    change: String(change),
    detail,
    user: `${prefix}${index}`,
  }));
const BAD = homes(UNUSABLE, 'bad') as { what: string; change: string; detail: RegExp; user: string }[];
const GOOD = homes(USABLE, 'good') as { what: string; change: string; detail?: string; user: string }[];

/** Shells, the file of a home each reads at login, and what is in it. */
const PROFILES = [
  ['/bin/sh', '.profile', 'READ="$READ own"; export READ'],
  ['/bin/bash', '.profile', 'READ="$READ own"; export READ'],
  ['/bin/bash', '.bash_profile', 'READ="$READ own"; export READ'],
  ['/bin/ksh', '.profile', 'READ="$READ own"; export READ'],
  ['/bin/zsh', '.zprofile', 'READ="$READ own"; export READ'],
  ['/bin/csh', '.login', 'setenv READ "all own"'],
  ['/bin/tcsh', '.login', 'setenv READ "all own"'],
] as const;

/** Why a shell cannot show that it reads its file. */
const unfit = (shell: string): string | false =>
  !existsSync(shell)
    ? `${shell} is not installed`
    : realpathSync(shell).endsWith('/bsd-csh') && 'bsd-csh is no login shell with -c';

describe('for a command of an account', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;
  let strict: RunningDaemon;
  const WITHOUT = 'where --profile false says so';
  const REQUIRED = 'where --require-home true says so';

  before(async () => {
    machine = await Machine.make();
    machine.shell('groupadd team');
    for (const { user, change } of [...BAD, ...GOOD]) {
      machine.addQuickUser(user, PASSWORD);
      machine.shell(`u=${user} h=/srv/home/${user}; ${change}`);
    }
    machine.shell("mkdir -p /etc/zsh; echo 'READ=all; export READ' | tee -a /etc/profile /etc/zsh/zprofile");
    for (const [index, [shell, file, text]] of PROFILES.entries())
      for (const [user, ...options] of [
        [`plain${index}`],
        [`member${index}`, '--groups', 'audio'],
      ] as const) {
        if (unfit(shell)) continue;
        machine.addQuickUser(user, PASSWORD, '--shell', shell, ...options);
        machine.shell(`rm -f /srv/home/${user}/.[!.]*`);
        machine.run('tee', [`/srv/home/${user}/${file}`], `${text}\n`);
      }
    [daemon, strict] = await Promise.all([
      machine.rexecd({ flags: QUICK }),
      machine.rexecd({ flags: [...QUICK, '--require-home', 'true', '--profile', 'false'] }),
    ]);
  });
  after(() => machine.end());

  for (const { what, detail, user } of BAD) {
    it(`[NOTE] a home that ${what} is replaced by /, and the log says why`, async (t) => {
      assert.equal(await daemon.answer(t, user, PASSWORD, 'pwd; echo "$HOME"'), '\0/\n/\n');
      const line = await daemon.seen(new RegExp(`REXECD-400 .*user="${user}" .*directory="/"`));
      assert.match(line, detail);
    });

    it(`[step 8] a home that ${what} refuses the command ${REQUIRED}`, async (t) => {
      const peer = await strict.ask(t, user, PASSWORD, 'echo ran');
      const port = peer.socket.localPort;
      assert.equal(await peer.toEnd(), '\x01No remote directory.\n');
      const line = await strict.seen(new RegExp(`REXECD-202 .*:${port}" code="REXEC_NO_HOME"`));
      assert.match(line, detail);
    });
  }

  for (const { what, detail, user } of GOOD)
    it(`[step 8] a home that ${what} is where it runs`, async (t) => {
      const home = detail ?? `/srv/home/${user}`;
      for (const each of [daemon, strict])
        assert.equal(await each.answer(t, user, PASSWORD, 'test . -ef ~ && echo "$HOME"'), `\0${home}\n`);
      assert.ok(!daemon.events.some((line) => line.includes('REXECD-400') && line.includes(`"${user}"`)));
    });

  for (const [index, [shell, file]] of PROFILES.entries())
    for (const user of [`plain${index}`, `member${index}`]) {
      const what = `${file} of ${shell}, ${user.startsWith('plain') ? 'without' : 'with'} supplementary groups`;
      const skip = unfit(shell);
      const command = 'printenv READ; echo end';

      it(`[step 8] the system's profile is read, and ${what}`, { skip }, async (t) => {
        assert.equal(await daemon.answer(t, user, PASSWORD, command), '\0all own\nend\n');
      });

      it(`[step 8] no profile is read ${WITHOUT}, as ${what}`, { skip }, async (t) => {
        assert.equal(await strict.answer(t, user, PASSWORD, command), '\0end\n');
      });
    }
});
