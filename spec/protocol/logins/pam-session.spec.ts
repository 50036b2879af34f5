import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { apart, begin, line, together } from '../../support/daemon/account-run.ts';
import { PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { findProgram, PATIENT } from '../../support/program.ts';

/** All that a session changes of its process, as Debian's sshd has it; no pam_systemd, which needs a manager. */
const SERVICE = `
auth     required pam_unix.so
account  required pam_unix.so
session  required pam_keyinit.so force revoke
session  required pam_limits.so
session  required pam_umask.so umask=027
session  required pam_env.so readenv=1
`;

/** The same and the login uid, which is the property of one thread. */
const WITH_LOGINUID = `${SERVICE}session required pam_loginuid.so\n`;

/** limits.conf(5), what `ulimit` says of it in the command, and a command that needs what the limit leaves. */
const LIMITS = {
  'nofile 16': ['few hard nofile 16', 'ulimit -Sn; ulimit -Hn', '16\n16\n'],
  'as 100000': ['small hard as 100000', 'ulimit -Sv; ulimit -Hv', '100000\n100000\n'],
  'data 50000': ['data hard data 50000', 'ulimit -Sd; ulimit -Hd', '50000\n50000\n'],
  'stack 4096': ['stack - stack 4096', 'ulimit -Ss; ulimit -Hs', '4096\n4096\n'],
  'nproc 20': ['lone hard nproc 20', 'ulimit -Sp; ulimit -Hp', '20\n20\n'],
  'cpu 1': ['brief hard cpu 1', 'ulimit -St; ulimit -Ht', '60\n60\n'],
  'fsize 64': ['short hard fsize 64', 'ulimit -Sf; ulimit -Hf', '128\n128\n'],
  'core 0': ['nocore - core 0', 'ulimit -Sc; ulimit -Hc', '0\n0\n'],
  'memlock 32': ['locked - memlock 32', 'ulimit -Sl; ulimit -Hl', '32\n32\n'],
  'priority 7': ['nice - priority 7', 'nice', '7\n'],
  'priority -3': ['keen - priority -3', 'nice', '-3\n'],
} as const;

const ENVIRONMENT = 'COLOUR=green\nTZ=Antarctica/Troll\n';
const NO_KEYCTL = findProgram('keyctl') === undefined && 'needs keyctl (Debian: keyutils)';

const limitsOf = (pid: number): string => readFileSync(`/proc/${pid}/limits`, 'utf8');

describe('a PAM session seen from inside a command', { ...PATIENT, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;
  let audited: RunningDaemon;
  let forgetful: RunningDaemon; // each login takes a new host
  const accounts = Object.values(LIMITS).map(([rule]) => rule.split(' ')[0]!);

  before(async () => {
    machine = await Machine.make();
    machine.run(
      'tee',
      ['/etc/security/limits.conf'],
      `${Object.values(LIMITS)
        .map(([rule]) => rule)
        .join('\n')}\n`,
    );
    machine.run('tee', ['-a', '/etc/security/limits.conf'], 'moment hard cpu 0\n');
    machine.run('tee', ['/etc/environment'], ENVIRONMENT);
    // Uids of their own: processes and keys are counted by number, and other machines here have users too.
    for (const [index, name] of ['ada', 'bob', 'moment', ...accounts].entries())
      machine.addQuickUser(name, PASSWORD, '--uid', `${45_100 + index}`);
    const flags = [...QUICK, '--profile', 'false'];
    [daemon, audited, forgetful] = await Promise.all([
      machine.rexecd({ service: SERVICE, flags }),
      machine.rexecd({ service: WITH_LOGINUID, flags }),
      machine.rexecd({ service: SERVICE, flags: [...flags, '--host-idle-seconds', '0'] }),
    ]);
  });
  after(() => machine.end());

  const uidOf = (user: string): string => machine.run('id', ['-u', user]);
  const output = (t: TestContext, user: string, command: string) => together(t, daemon, user, command);

  for (const [what, [rule, command, expected]] of Object.entries(LIMITS)) {
    const user = rule.split(' ')[0]!;

    it(`[step 8] has the limit ${what}, at each login`, async (t) => {
      for (const turn of [1, 2])
        assert.equal(await output(t, user, `${command}; echo ${turn}`), `${expected}${turn}\n`);
    });

    if (!/^(nofile|as|data|nproc|cpu)/.test(what)) continue; // what Node itself needs
    it(`[step 8] runs several at a time under the limit ${what}`, async (t) => {
      const ran = await Promise.all(
        [1, 2].map((n) => apart(t, daemon, user, `read x; echo $x ${n}`, 'line\n')),
      );
      for (const [index, each] of ran.entries())
        assert.deepEqual(each, { stdout: `line ${index + 1}\n`, stderr: '', status: 'exit 0' });
    });
  }

  it('[step 8] has no limit of another user, and the daemon has none of them', async (t) => {
    const before = limitsOf(daemon.child.pid!);
    const command = 'cat /proc/self/limits; nice';
    const first = await output(t, 'bob', command);
    for (const user of accounts) await output(t, user, 'true');
    assert.equal(await output(t, 'bob', command), first);
    assert.match(first, /\n0\n$/);
    assert.equal(limitsOf(daemon.child.pid!), before);
  });

  it('[step 8] goes on while users with few files, memory and processes log in', async (t) => {
    const peer = await begin(t, daemon, 'bob', 'echo on; read x; echo "$x"; read y; echo "$y"');
    assert.equal(await line(peer), 'on');
    await Promise.all(['few', 'small', 'lone', 'data'].map((user) => output(t, user, 'true')));
    await peer.send('one\ntwo\n');
    assert.equal(await peer.toEnd(), 'one\ntwo\n');
  });

  it('[step 8] bounds what the command uses: a file too large, too many processes, too many files', async (t) => {
    const full = await apart(t, daemon, 'short', 'head -c 200000 /dev/zero > f; wc -c < f; rm f');
    assert.equal(full.stdout, '65536\n');
    const forks = await apart(t, daemon, 'lone', 'for n in $(seq 25); do sleep 1 > /dev/null 2>&1 & done');
    assert.match(forks.stderr, /fork/i);
    const open = await apart(
      t,
      daemon,
      'few',
      `exec bash -c 'for n in {3..20}; do eval "exec $n</dev/null"; done'`,
    );
    assert.match(open.stderr, /too many open files|bad file descriptor/i);
  });

  it('[step 8] is killed at once by the limit cpu 0, and nothing else is', async (t) => {
    // The kernel looks at its next tick: a command may be quicker.
    const slow = 'i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; echo ran';
    const peer = await daemon.ask(t, 'moment', PASSWORD, slow);
    assert.doesNotMatch(await peer.toEnd(), /ran/);
    assert.equal(await output(t, 'bob', 'echo served'), 'served\n');
    assert.equal(await output(t, 'brief', 'echo served'), 'served\n');
  });

  it('[step 8] has the umask of the session', async (t) => {
    for (const user of ['ada', 'bob', 'ada'])
      assert.equal(await output(t, user, 'umask; : > f; stat -c %a f; rm f'), '0027\n640\n');
    assert.match(readFileSync(`/proc/${daemon.child.pid}/status`, 'utf8'), /Umask:\t0022\n/);
  });

  it('[step 8] has the variables of /etc/environment', async (t) => {
    for (const user of ['ada', 'bob', 'few'])
      assert.equal(await output(t, user, 'printenv COLOUR TZ'), 'green\nAntarctica/Troll\n');
  });

  it('[step 8] has the login uid of its user, and the daemon keeps its own', async (t) => {
    const own = readFileSync(`/proc/${audited.child.pid}/loginuid`, 'utf8');
    for (const user of ['ada', 'bob', 'few', 'ada'])
      assert.equal(`${await together(t, audited, user, 'cat /proc/self/loginuid')}\n`, uidOf(user));
    assert.equal(readFileSync(`/proc/${audited.child.pid}/loginuid`, 'utf8'), own);
  });

  it('[step 8] is served where its limit leaves a new host no memory', async (t) => {
    for (let round = 0; round < 10; round += 1) {
      const four = Array.from({ length: 4 }, () => together(t, forgetful, 'small', 'ulimit -Hv'));
      assert.deepEqual(await Promise.all(four), Array(4).fill('100000\n'));
    }
  });

  it('[step 8] has the login uid of its user where many log in at a time', async (t) => {
    const users = ['ada', 'bob', 'few', 'small', 'lone', 'nice', 'ada', 'bob'];
    const uids = await Promise.all(
      users.map((user) => together(t, audited, user, 'cat /proc/self/loginuid')),
    );
    assert.deepEqual(
      uids.map((uid) => `${uid}\n`),
      users.map(uidOf),
    );
  });

  /** Serial number and owner of the session keyring, and its name. */
  async function keyring(t: TestContext, user: string): Promise<[id: number, uid: string, name: string]> {
    const shown = await output(t, user, 'keyctl show @s');
    const [, id, uid, name] = /^ *(\d+) \S+ +(\d+) +\d+ +keyring: (\S+)$/m.exec(shown) ?? [];
    assert.ok(name, shown);
    return [Number(id), `${uid}\n`, name];
  }

  it('[step 8] has a session keyring of its own user', { skip: NO_KEYCTL }, async (t) => {
    const ids = [];
    for (const user of ['ada', 'bob']) {
      const [id, uid, name] = await keyring(t, user);
      assert.deepEqual([uid, name], [uidOf(user), '_ses']);
      ids.push(id);
    }
    assert.notEqual(ids[0], ids[1]);
  });

  it('[step 8] keeps keys in its session keyring that no other user reads', {
    skip: NO_KEYCTL,
  }, async (t) => {
    const peer = await begin(
      t,
      daemon,
      'ada',
      'keyctl add user spec secret @s; read x; keyctl print %user:spec',
    );
    const key = await line(peer);
    assert.match(key, /^\d+$/);
    assert.equal((await apart(t, daemon, 'bob', `keyctl print ${key}`)).stdout, '');
    assert.equal((await apart(t, daemon, 'bob', 'keyctl search @s user spec')).stdout, '');
    await peer.send('go\n');
    assert.equal(await peer.toEnd(), 'secret\n');
  });
});
