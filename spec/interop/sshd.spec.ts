import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { apart } from '../support/daemon/account-run.ts';
import { PASSWORD } from '../support/daemon/daemon.ts';
import { Machine, QUICK, type RunningDaemon } from '../support/machine/machine.ts';
import { PATIENT } from '../support/program.ts';
import { noSshd, Sshd } from './fixtures/sshd.ts';

/** The session of both daemons, as Debian's sshd has it; no pam_systemd, which needs a manager, and no mail and news. */
const SESSION = `
session optional pam_loginuid.so
session optional pam_keyinit.so force revoke
session required pam_limits.so
session optional pam_umask.so
session required pam_env.so readenv=1
session required pam_env.so readenv=1 envfile=/etc/default/locale
`;
const SERVICE = `auth required pam_unix.so\naccount required pam_unix.so\n${SESSION}`;

/** Accounts of different kinds: options of useradd, and rules of limits.conf(5). */
const USERS = {
  ada: [[], []],
  groups: [['--groups', 'audio,video,games'], []],
  bash: [['--shell', '/bin/bash'], []],
  bound: [
    ['--shell', '/bin/bash', '--groups', 'audio'],
    [
      '- nofile 200',
      '- core 0',
      'hard as 4000000',
      'soft nproc 500',
      'hard cpu 10',
      '- priority 4',
      '- stack 4096',
    ],
  ],
} as const;

/** How both daemons are started: Node, which runs these specs, has raised its own soft limit. */
const STARTED = ['prlimit', '--nofile=1024:'];

const KEYRING = 'its session keyring';
const CAP_SYS_RESOURCE = 1n << 24n;
const [, capabilities] = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/self/status', 'latin1'))!;
const mayRaiseLimits = (BigInt(`0x${capabilities}`) & CAP_SYS_RESOURCE) !== 0n;
const WORDS = 'its program and its words';

/** Facts about the process that a command is, each a command of its own. */
const FACTS = {
  'its soft limits': 'exec bash -c "ulimit -Sa"',
  'its hard limits': 'exec bash -c "ulimit -Ha"',
  'its user and groups': 'id; id -G; id -Gn',
  'its uids and gids, all four of each': "grep -E '^([UG]id|Groups):' /proc/$$/status",
  'its umask': "umask; grep '^Umask:' /proc/$$/status",
  'its niceness and scheduling': 'nice; ionice; chrt -p $$ | sed "s/^pid [0-9]*/pid/"; :',
  'its processors': "grep '^Cpus_allowed:' /proc/$$/status",
  'the blocked and ignored signals of its programs': "grep -E '^Sig(Blk|Ign):' /proc/self/status",
  'its capabilities and privileges': "grep -E '^(Cap|NoNewPrivs|Seccomp|Speculation)' /proc/$$/status",
  'that it leads a session and a group, and has no terminal':
    'set -- $(sed "s/.*) //" /proc/$$/stat); [ $3 = $$ ] && echo leads group; [ $4 = $$ ] && echo leads session; echo "terminal $5"; tty',
  'its descriptors and what they are':
    'cd /proc/$$/fd; for each in *; do echo $each $(stat -L -c %F $each); done; :',
  'the owners of its streams': 'stat -L -c "%U %a" /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2',
  'how its streams are opened': 'cd /proc/$$/fdinfo; sed -n "s/^flags://p" 0 1 2',
  'its folder': 'pwd; readlink /proc/$$/cwd; readlink /proc/$$/root',
  [WORDS]: 'readlink /proc/$$/exe; tr "\\0" "\\n" < /proc/$$/cmdline | head -n 2; echo "$0 $#"',
  'its login uid': 'cat /proc/self/loginuid',
  [KEYRING]: 'keyctl show @s | sed -n "2s/^ *[0-9]* *//p"',
  'its standing with the out-of-memory killer': 'cat /proc/$$/oom_score_adj',
  'what of it a core dump holds': 'cat /proc/$$/coredump_filter',
  'its personality': 'cat /proc/$$/personality 2>/dev/null; uname -m',
  'its name spaces': 'for each in /proc/$$/ns/*; do readlink $each; done',
  'its control groups': 'cat /proc/$$/cgroup',
} as const;

/** Variables that differ, and why. All others are equal, in name and value. */
const VARIABLES: Readonly<Record<string, string>> = {
  SSH_CLIENT: 'of ssh alone: the addresses of the connection',
  SSH_CONNECTION: 'of ssh alone: the addresses of the connection',
  RHOST: "of rexec alone: the peer's address",
  PATH: "compiled in: Debian's sshd adds /usr/games",
};

describe("a command of rexecd and of Debian's sshd", { ...PATIENT, skip: noSshd }, () => {
  let machine: Machine;
  let sshd: Sshd;
  const daemons: Record<string, RunningDaemon> = {};
  const launchers = ['execa', 'posix-spawn'];

  before(async () => {
    machine = await Machine.make();
    const rules: string[] = [];
    for (const [index, [user, [options, limits]]] of Object.entries(USERS).entries()) {
      machine.addQuickUser(user, PASSWORD, '--uid', `${45_200 + index}`, ...options);
      rules.push(...limits.map((limit) => `${user} ${limit}\n`));
    }
    machine.run('tee', ['/etc/security/limits.conf'], rules.join(''));
    machine.run('tee', ['/etc/environment'], 'COLOUR=green\nTZ=Antarctica/Troll\n');
    machine.run('tee', ['/etc/default/locale'], 'LANG=C.UTF-8\nLC_TIME=C\n');
    sshd = await Sshd.start(machine, SERVICE, Object.keys(USERS), STARTED);
    const started = launchers.map(async (launcher) => {
      const flags = [...QUICK, '--profile', 'false', '--control', 'off', '--launcher', launcher];
      daemons[launcher] = await machine.rexecd({ service: SERVICE, flags, through: STARTED });
    });
    await Promise.all(started);
  });
  after(() => machine.end());

  /** All facts at once, each with both of its outputs; the same text runs under both daemons. */
  const names = Object.keys(FACTS);
  const QUESTION = [...Object.values(FACTS), 'tr "\\0" "\\n" < /proc/$$/environ']
    .map((command) => `(${command}) 2>&1; printf '\\n--\\n'`)
    .join('\n');

  /** Facts by their names, and variables by theirs. */
  function read(text: string): [facts: Record<string, string>, variables: Record<string, string>] {
    const answers = text.split('\n--\n');
    assert.equal(answers.length, names.length + 2, text);
    const facts = Object.fromEntries(names.map((name, index) => [name, answers[index]!]));
    const lines = answers[names.length]!.trimEnd().split('\n').sort();
    const variables = lines.map((each) => [
      each.slice(0, each.indexOf('=')),
      each.slice(each.indexOf('=') + 1),
    ]);
    return [facts, Object.fromEntries(variables)];
  }

  /** Connections made before the tests end after them. */
  const ends: (() => void)[] = [];
  const scope = { after: (end: () => void) => void ends.push(end) };
  after(() => {
    for (const end of ends) end();
  });

  const ofSsh: Record<string, ReturnType<typeof read>> = {};
  before(() => {
    for (const user of Object.keys(USERS)) ofSsh[user] = read(sshd.run(user, QUESTION));
  });

  for (const launcher of launchers)
    describe(`by ${launcher}`, () => {
      const ofRexec: typeof ofSsh = {};
      before(async () => {
        for (const user of Object.keys(USERS)) {
          const { stdout, stderr, status } = await apart(scope, daemons[launcher]!, user, QUESTION);
          assert.deepEqual([stderr, status], ['', 'exit 0']);
          ofRexec[user] = read(stdout);
        }
      });

      const values = (of: typeof ofSsh, name: string) =>
        Object.fromEntries(Object.entries(of).map(([user, [facts]]) => [user, facts[name]]));
      const variables = (of: typeof ofSsh) =>
        Object.fromEntries(
          Object.entries(of).map(([user, [, all]]) => [
            user,
            Object.fromEntries(Object.entries(all).filter(([name]) => !(name in VARIABLES))),
          ]),
        );

      for (const name of names)
        it(`has the same of each: ${name}`, () => {
          const own = values(ofRexec, name);
          // Limits are given by prlimit(1), which starts a program by its path.
          if (name === WORDS) own.bound = own.bound?.replace('\n/bin/bash\n-c\n', '\nbash\n-c\n');
          const other = values(ofSsh, name);
          // The host that opened the session could not live under its limits; another one has what it gave, but no keyring.
          if (name === KEYRING && !mayRaiseLimits) for (const each of [own, other]) delete each.bound;
          assert.deepEqual(own, other);
        });

      it('has the same variables, except a few', () => {
        assert.deepEqual(variables(ofRexec), variables(ofSsh));
      });

      for (const [name, why] of Object.entries(VARIABLES))
        it(`has another ${name}, which is ${why}`, () => {
          for (const user of Object.keys(USERS))
            assert.notEqual(ofRexec[user]![1][name], ofSsh[user]![1][name]);
        });
    });

  it('has answers to every question (control)', () => {
    for (const [user, [facts, variables]] of Object.entries(ofSsh)) {
      for (const [name, answer] of Object.entries(facts)) assert.notEqual(answer, '', name);
      assert.equal(variables.COLOUR, 'green');
      assert.equal(facts['its login uid'], String(45_200 + Object.keys(USERS).indexOf(user)));
      assert.match(facts['its descriptors and what they are']!, /^0 fifo\n1 fifo\n2 fifo\n$/);
    }
    assert.match(ofSsh.bound![0]['its soft limits']!, /open files .* 200\n/);
  });
});
