import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { eventually } from '../../support/peer.ts';

const UNIX = 'auth required pam_unix.so\naccount required pam_unix.so\n';

/** With supplementary groups and without, they take different ways to their command. */
const LIMITS = `
ada   soft nofile 400
ada   hard nofile 500
ada   -    core   0
bob   hard nofile 300
bob   soft nproc  2000
bob   hard nproc  3000
ada   -    priority 3
bob   -    priority 5
full  -    maxlogins 0
more  hard nofile 5000
more2 hard nofile 5000
`;

/** What pam_env sets; of these only some may reach a command. */
const VARIABLES = {
  COLOUR: 'green',
  WORDS: '"two words"',
  PATH: '/srv/bin:/usr/bin:/bin',
  LD_PRELOAD: '/srv/evil.so',
  LD_LIBRARY_PATH: '/srv',
  IFS: 'x',
  ENV: '/srv/evil',
  BASH_ENV: '/srv/evil',
  SHELLOPTS: 'xtrace',
  USER: 'root',
  LOGNAME: 'root',
  RHOST: '192.0.2.1',
};
const ALLOWED = ['COLOUR=green', 'PATH=/srv/bin:/usr/bin:/bin', 'WORDS=two words'];

/** Raising a hard limit takes the capability that containers often lack. */
const CANNOT_RAISE =
  !/^CapEff:\s*[0-9a-f]*[13579bdf][0-9a-f]{6}$/m.test(readFileSync('/proc/self/status', 'utf8')) &&
  'raising a hard limit takes CAP_SYS_RESOURCE';

/** The lines of /proc/PID/limits by their names, in the system's order: soft, hard. */
const limitsOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => line.split(/ {2,}/))
      .map(([name = '', soft, hard]) => [name, `${soft}:${hard}`]),
  );

describe('what a PAM session changes of its process', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;
  let own: string; // limits the daemon began with
  let usual: Record<string, string>; // what a command has of them

  const serve = (text: string): void => {
    machine.run('tee', ['/etc/pam.d/spec'], `${UNIX}${text}\n`);
  };
  const setVariables = (variables: object): void => {
    const lines = Object.entries(variables).map(([name, value]) => `${name} DEFAULT=${value}\n`);
    machine.run('tee', ['/srv/variables'], lines.join(''));
  };
  const ownLimits = () => readFileSync(`/proc/${daemon.child.pid}/limits`, 'utf8');
  const output = async (t: TestContext, user: string, command: string): Promise<string> => {
    const answer = await daemon.answer(t, user, PASSWORD, command);
    assert.equal(answer[0], '\0', answer);
    return answer.slice(1);
  };

  before(async () => {
    machine = await Machine.make();
    for (const user of ['ada', 'more2']) machine.addQuickUser(user, PASSWORD, '--groups', 'audio,video');
    for (const user of ['bob', 'eve', 'full', 'more']) machine.addQuickUser(user, PASSWORD);
    machine.run('tee', ['/etc/security/limits.conf'], LIMITS);
    serve('session required pam_limits.so');
    daemon = await machine.rexecd({
      flags: [...QUICK, '--pam-service', 'spec', '--profile', 'false', '--host-idle-seconds', '0'],
    });
    own = ownLimits();
    usual = { ...limitsOf(own), 'Max open files': limitsOf(own)['Max open files']!.replace(/^\d+/, '1024') };
  });
  after(() => machine.end());

  it('[step 8] limits its command, and no command of another user that comes after', async (t) => {
    serve('session required pam_limits.so');
    const changes: Record<string, object> = {
      ada: { 'Max open files': '400:500', 'Max core file size': '0:0' },
      bob: { 'Max open files': '300:300', 'Max processes': '2000:3000' },
      eve: {},
    };
    for (const user of ['eve', 'ada', 'bob', 'eve', 'bob', 'ada']) {
      const limits = limitsOf(await output(t, user, 'cat /proc/self/limits'));
      assert.deepEqual(limits, { ...usual, ...changes[user] }, user);
    }
  });

  it('[step 8] leaves the daemon what it was, with two helpers at most', async (t) => {
    serve('session required pam_limits.so');
    for (const user of ['ada', 'bob', 'ada']) await output(t, user, 'true');
    assert.equal(ownLimits(), own);
    const helpers = () => machine.shell(`pgrep -c -P ${daemon.child.pid} -f helper-program || :`);
    await eventually(() => Number(helpers()) <= 2, 'two helpers are left');
  });

  it('[step 8] keeps the limits of each command where many start at a time', async (t) => {
    serve('session required pam_limits.so');
    const expected = { ada: '400\n500\n', bob: '300\n300\n' } as const;
    const users = Array.from({ length: 8 }, (_, index) => (index % 2 ? 'ada' : 'bob'));
    const all = await Promise.all(users.map((user) => output(t, user, 'ulimit -Sn; ulimit -Hn')));
    assert.deepEqual(
      all,
      users.map((user) => expected[user]),
    );
  });

  for (const [user, how] of [
    ['more', 'without'],
    ['more2', 'with'],
  ] as const)
    it(`[step 8] may raise a hard limit of a user ${how} supplementary groups`, {
      skip: CANNOT_RAISE,
    }, async (t) => {
      serve('session required pam_limits.so');
      const through = ['prlimit', '--nofile=1000:2000'];
      const low = await machine.rexecd({ flags: [...QUICK, '--pam-service', 'spec'], through });
      assert.equal(await low.answer(t, user, PASSWORD, 'ulimit -Hn'), '\x005000\n');
    });

  it('[step 8] sets the priority of its command', async (t) => {
    serve('session required pam_limits.so');
    const niceness = [];
    for (const user of ['ada', 'eve', 'bob', 'eve']) niceness.push(await output(t, user, 'nice'));
    assert.deepEqual(niceness, ['3\n', '0\n', '5\n', '0\n']);
  });

  it('[step 6] refuses who has too many logins', async (t) => {
    serve('session required pam_limits.so');
    assert.match(await daemon.refusal(t, 'full', PASSWORD), /^open session: Permission denied/);
  });

  it('[step 8] sets the umask of its command', async (t) => {
    serve('session required pam_umask.so umask=027');
    for (const user of ['ada', 'bob']) assert.equal(await output(t, user, 'umask'), '0027\n');
    serve('');
    for (const user of ['ada', 'bob']) assert.equal(await output(t, user, 'umask'), '0022\n');
    assert.match(readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'), /Umask:\t0022\n/);
  });

  for (const type of ['auth', 'session'])
    it(`[step 8] adds variables by an ${type} module, but none that is dangerous`, async (t) => {
      setVariables(VARIABLES);
      serve(`${type} required pam_env.so conffile=/srv/variables`);
      for (const user of ['ada', 'bob']) {
        const written = await output(t, user, "tr '\\0' '\\n' < /proc/$$/environ; :");
        const fixed = [`HOME=/srv/home/${user}`, `LOGNAME=${user}`, 'RHOST=127.0.0.1', 'SHELL=/bin/sh'];
        assert.deepEqual(written.trimEnd().split('\n').sort(), [...ALLOWED, ...fixed, `USER=${user}`].sort());
      }
    });

  for (const type of ['auth', 'session'])
    it(`[step 8] may name another home by an ${type} module, and not the shell that runs (B7)`, async (t) => {
      machine.shell('mkdir -p /srv/elsewhere');
      setVariables({ HOME: '/srv/elsewhere', SHELL: '/bin/bash' });
      serve(`${type} required pam_env.so conffile=/srv/variables`);
      for (const user of ['ada', 'bob'])
        assert.equal(
          await output(t, user, 'pwd; echo "$HOME $SHELL $0"; cat /proc/$$/comm; :'),
          '/srv/elsewhere\n/srv/elsewhere /bin/bash sh\nsh\n',
        );
    });
});
