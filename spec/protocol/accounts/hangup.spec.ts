import assert from 'node:assert/strict';
import { after, before, describe, it, type TestContext } from 'node:test';
import { begin, beginApart, line, shortly, together } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';
import { eventually, type Peer } from '../../support/peer.ts';
import { isAlive } from '../../support/program.ts';

/** Ways to leave a job that is to outlive its command; $f is a FIFO that it waits for. It tells its number itself, as fd 3. */
const JOBS = {
  'started by nohup': 'nohup sh -c "$job" 3>&1 > /dev/null 2>&1 < /dev/null &',
  'that ignores SIGHUP': `(trap '' HUP; exec sh -c "$job") 3>&1 > /dev/null 2>&1 < /dev/null &`,
  'in a session of its own': `setsid sh -c "$job" 3>&1 > /dev/null 2>&1 < /dev/null &`,
} as const;

/** Says when it has begun, and waits until the suite ends at the latest; $f.done is what it leaves. */
const JOB = 'echo $$ >&3; exec 3>&-; read x < $f; echo $x > $f.done';

describe('a job that is to outlive its command', { ...BOUNDED, skip: noMachine, concurrency: 6 }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;
  let fifos = 0;

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD);
    machine.addQuickUser('bob', PASSWORD);
    const flags = [...QUICK, '--profile', 'false', '--kill-seconds', '0.05'];
    daemon = await machine.rexecd({ flags });
  });
  after(async () => {
    machine.shell('for f in /srv/fifo*; do [ ! -p $f ] || echo go 1<> $f; done'); // what still waits ends
    await machine.end();
  });

  const fifo = (): string => {
    fifos += 1;
    const path = `/srv/fifo${fifos}`;
    machine.shell(`mkfifo ${path}; touch ${path}.done; chmod 666 ${path}*`);
    return path;
  };

  /** Longer than it takes to send every signal that comes of an end: a session of somebody else. */
  const aWhile = (t: TestContext) => together(t, daemon, 'bob', 'sleep 0.5');

  /** The peers of a command: its stdin stays open, its stderr is apart or not. */
  async function start(t: TestContext, command: string, separate: boolean): Promise<Peer> {
    if (!separate) return begin(t, daemon, 'ada', command, 'early\n');
    const [peer] = await beginApart(t, daemon, 'ada', command, 'early\n');
    return peer;
  }

  for (const separate of [false, true]) {
    const how = separate ? 'with a second connection' : 'on one connection';

    for (const [what, call] of Object.entries(JOBS))
      for (const end of ['a reset', 'a FIN', 'the end of its command'])
        it(`B6: ${what} outlives ${end}, ${how}`, async (t) => {
          const path = fifo();
          const wait = { 'a reset': 'exec sleep 60', 'a FIN': 'cat > /dev/null' }[end] ?? 'read x; read x';
          const peer = await start(t, `export f=${path} job='${JOB}'; echo $$; ${call}\n${wait}`, separate);
          const [command, job] = [Number(await line(peer)), Number(await line(peer))];
          assert.ok(isAlive(job));
          if (end === 'a reset') peer.reset();
          else if (end === 'a FIN') peer.halfClose();
          else await peer.send('go on\n');
          await shortly(() => !isAlive(command), 'the command ended');
          await aWhile(t);
          assert.ok(isAlive(job), 'the job was ended');
          machine.run('timeout', ['10', 'sh', '-c', `echo go > ${path}`]);
          await shortly(() => machine.run('cat', [`${path}.done`]) === 'go\n', 'the job is done');
        });

    it(`B6: is not one that lets SIGHUP end it, after a reset, ${how}`, async (t) => {
      const peer = await start(t, 'sleep 60 > /dev/null 2>&1 & echo $!; exec sleep 60', separate);
      const job = Number(await line(peer));
      peer.reset();
      await shortly(() => !isAlive(job), 'the job ended');
    });

    it(`B6: may be the command itself, which gets SIGHUP by a reset and nothing worse, ${how}`, async (t) => {
      const path = fifo();
      const command = `trap 'echo hup >> ${path}.done' HUP; echo $$; exec > /dev/null 2>&1; n=0
        while [ $n -lt 600 ] && ! grep -q go ${path}.done; do sleep 0.05; n=$((n + 1)); done; echo end >> ${path}.done`;
      const peer = await start(t, command, separate);
      const pid = Number(await line(peer));
      peer.reset();
      await shortly(() => machine.run('cat', [`${path}.done`]) === 'hup\n', 'the command got SIGHUP');
      await aWhile(t);
      assert.ok(isAlive(pid), 'the command was ended');
      machine.shell(`echo go >> ${path}.done`);
      await shortly(() => !isAlive(pid), 'the command ended');
      assert.equal(machine.run('cat', [`${path}.done`]), 'hup\ngo\nend\n');
    });

    it(`B6: may be the command itself, which gets no signal by a FIN, ${how}`, async (t) => {
      const command = `trap 'echo signal' HUP INT TERM PIPE; cat; sleep 0.2; echo end`;
      const peer = await start(t, command, separate);
      await peer.send('input\n');
      peer.halfClose();
      assert.equal(await peer.toEnd(), 'early\ninput\nend\n');
    });
  }
});

/** Startup files that never come to the command. */
const LOOPS = {
  'a login shell that starts itself': ['/bin/bash', '.bash_profile', 'exec bash -l'],
  'a shell that reads the same file again': ['/bin/sh', '.profile', 'exec sh -l -c :'],
} as const;

describe('a profile that never ends', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;
  let limited: RunningDaemon;

  before(async () => {
    machine = await Machine.make();
    for (const [index, [shell, file, text]] of Object.values(LOOPS).entries()) {
      const home = `/srv/home/loop${index}`;
      machine.addQuickUser(`loop${index}`, PASSWORD, '--shell', shell);
      machine.shell(`rm -f ${home}/.[!.]*; touch ${home}/pid; chmod 666 ${home}/pid`);
      machine.run('tee', [`${home}/${file}`], `echo $$ > ${home}/pid\n${text}\n`);
    }
    machine.addQuickUser('bob', PASSWORD);
    [daemon, limited] = await Promise.all([
      machine.rexecd({ flags: QUICK }),
      machine.rexecd({ flags: [...QUICK, '--session-seconds', '1', '--kill-seconds', '0.1'] }),
    ]);
  });
  after(() => machine.end());

  async function pidOf(t: TestContext, user: string): Promise<number> {
    const text = () => machine.run('cat', [`/srv/home/${user}/pid`]);
    await eventually(() => /^\d+\n$/.test(text()), 'the profile is read');
    const pid = Number(text());
    t.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'));
    return pid;
  }

  for (const [index, what] of Object.keys(LOOPS).entries()) {
    it(`B11: as ${what} ends when its peer resets the connection`, async (t) => {
      machine.shell(`: > /srv/home/loop${index}/pid`);
      const peer = await begin(t, daemon, `loop${index}`, 'echo never');
      const pid = await pidOf(t, `loop${index}`);
      assert.equal(await together(t, daemon, 'bob', 'echo served'), 'served\n');
      peer.reset();
      await shortly(() => !isAlive(pid), 'the loop ended');
    });

    it(`B11: as ${what} ends with the time of its session`, async (t) => {
      machine.shell(`: > /srv/home/loop${index}/pid`);
      const peer = await begin(t, limited, `loop${index}`, 'echo never');
      const pid = await pidOf(t, `loop${index}`);
      await peer.toEnd();
      await shortly(() => !isAlive(pid), 'the loop ended');
    });
  }
});
