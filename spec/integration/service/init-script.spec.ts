import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, beforeEach, describe, it } from 'node:test';
import { noPrivateRoot, PrivateRoot } from '../../support/machine/private-root.ts';
import { findProgram, ROOT } from '../../support/program.ts';

const SCRIPT = '/etc/init.d/rexecd';
const PIDFILE = '/run/rexecd.pid';
const LOG = '/var/log/rexecd/console.log';
const BOUNDED = { timeout: 240_000 } as const;
const NEEDS =
  noPrivateRoot() || (!findProgram('start-stop-daemon') && 'needs start-stop-daemon (Debian: dpkg)');

describe('the init script', { ...BOUNDED, skip: NEEDS }, () => {
  let machine: PrivateRoot;

  before(async () => {
    machine = await PrivateRoot.make('/mnt');
    machine.ok(
      `cd ${ROOT}; mv /usr/sbin/update-rc.d /root; ${process.execPath} spec/support/programs/service.ts install`,
    );
  });
  after(() => machine.end());

  /** Nothing runs, nothing is known of another test. */
  beforeEach(() => {
    machine.ok(`kill -KILL $(cat ${PIDFILE} 2> /dev/null) 2> /dev/null || true
      rm -f ${PIDFILE} /etc/default/rexecd /tmp/go /tmp/*.sock; : > ${LOG}`);
  });

  const log = () => machine.ok(`cat ${LOG}`);
  const pid = () => Number(machine.ok(`cat ${PIDFILE}`));
  const defaults = (text: string) => machine.ok(`printf '%s\\n' '${text}' > /etc/default/rexecd`);
  const runs = (number: number) => machine.shell(`kill -0 ${number}`).status === 0;
  const isThere = (path: string) => machine.shell(`test -e ${path}`).status === 0;
  const words = (word: string) => machine.shell(`${SCRIPT} ${word}`);

  it('starts the program once it listens, says that it runs, and stops it', () => {
    machine.ok(`${SCRIPT} start`);
    const running = pid();
    assert.match(machine.ok('ss -Hltnp'), new RegExp(`pid=${running},`)); // at once: it has waited
    assert.deepEqual([runs(running), isThere(PIDFILE)], [true, true]);
    assert.deepEqual(words('status'), {
      status: 0,
      stdout: `rexecd is running (pid ${running})\n`,
      stderr: '',
    });
    machine.ok(`${SCRIPT} stop`);
    assert.match(log(), /told to end\n$/);
    assert.deepEqual(words('status'), { status: 3, stdout: 'rexecd is not running\n', stderr: '' });
    assert.deepEqual([runs(running), isThere(PIDFILE)], [false, false]);
  });

  it('waits until the program listens', () => {
    defaults('OPTIONS=late');
    machine.ok(`${SCRIPT} start > /dev/null & start=$!
      until test -S /tmp/not-yet.sock; do sleep 0.05; done
      kill -0 $start # it waits still
      touch /tmp/go
      wait $start`);
    assert.match(machine.ok('ss -Hltnp'), new RegExp(`pid=${pid()},`));
  });

  it('does nothing when it runs already, or does not run any more', () => {
    machine.ok(`${SCRIPT} stop`);
    machine.ok(`${SCRIPT} start`);
    const running = pid();
    machine.ok(`${SCRIPT} start`);
    assert.equal(pid(), running);
    assert.equal(log().match(/started/g)!.length, 1);
  });

  it('stops the program and starts another for a restart, which may be the first start', () => {
    machine.ok(`${SCRIPT} restart`);
    const first = pid();
    machine.ok(`${SCRIPT} restart`);
    assert.notEqual(pid(), first);
    assert.match(log(), /started.*\ntold to end\nstarted.*\n$/);
  });

  for (const word of ['reload', 'force-reload'])
    it(`makes the program read its settings again, by ${word}, as long as it runs`, () => {
      assert.deepEqual(words(word), { status: 7, stdout: '', stderr: 'rexecd is not running\n' });
      machine.ok(`${SCRIPT} start; ${SCRIPT} ${word}; until grep -q hangup ${LOG}; do sleep 0.05; done`);
      assert.equal(words('status').status, 0);
    });

  it('tells why the program did not start, at once, and leaves nothing behind', () => {
    machine.ok(`echo an older line > ${LOG}`);
    defaults('OPTIONS=fail');
    const { status, stderr, stdout } = words('start');
    assert.equal(status, 1, stdout);
    assert.match(stderr, /^started .*\nstand-in: cannot do what it is for\n$/);
    assert.equal(words('status').status, 3);
    assert.equal(isThere(PIDFILE), false);
  });

  it('ends a program that does not listen in time', () => {
    defaults('OPTIONS=deaf START_SECONDS=1');
    const { status, stderr } = words('start');
    assert.deepEqual([status, stderr], [1, 'not listening after 1 s\n']);
    assert.equal(words('status').status, 3);
    assert.match(log(), /told to end\n$/);
  });

  it('kills a program that does not end in time', () => {
    defaults('OPTIONS=stubborn STOP_SECONDS=1');
    machine.ok(`${SCRIPT} start`);
    const running = pid();
    machine.ok(`${SCRIPT} stop`);
    assert.equal(runs(running), false);
    assert.match(log(), /told to end\n$/);
  });

  it('leaves another process alone that has the number of one that is gone', () => {
    machine.ok(`sleep 600 > /dev/null 2>&1 & echo $! > ${PIDFILE}`);
    const stranger = pid();
    assert.deepEqual(words('status'), { status: 1, stdout: 'rexecd is not running\n', stderr: '' });
    assert.equal(words('reload').status, 7);
    machine.ok(`${SCRIPT} start`);
    assert.notEqual(pid(), stranger);
    machine.ok(
      `echo ${stranger} > /tmp/stranger; cp ${PIDFILE} /tmp/own; cp /tmp/stranger ${PIDFILE}; ${SCRIPT} stop`,
    );
    machine.ok(`kill -0 ${stranger}; kill ${stranger} $(cat /tmp/own)`);
  });

  for (const number of ['', 'no number', '-1', '0 1', '99999999'])
    it(`does not run by a pid file with "${number}"`, () => {
      machine.ok(`echo '${number}' > ${PIDFILE}`);
      assert.deepEqual(words('status'), { status: 1, stdout: 'rexecd is not running\n', stderr: '' });
      machine.ok(`${SCRIPT} stop`);
      assert.equal(isThere(PIDFILE), false);
    });

  it('gives the program what is in /etc/default, and nothing of who calls', () => {
    defaults('OPTIONS="one two"\nREXECD_PORT=5512');
    const strange =
      'NODE_OPTIONS=--no-such REXECD_HOST=:: NOTIFY_SOCKET=/x LISTEN_FDS=1 LISTEN_PID=1 WATCHDOG_USEC=9';
    machine.ok(`cd /root; ${strange} ${SCRIPT} start`);
    assert.equal(log(), 'started in / with one two REXECD_PORT\n');
  });

  it('says what it can do, and what it takes', () => {
    const usage = `usage: ${SCRIPT} {start|stop|restart|reload|force-reload|status}\n`;
    for (const word of ['', 'explode'])
      assert.deepEqual(words(word), { status: 2, stdout: '', stderr: usage });
    for (const word of ['start', 'stop', 'restart', 'reload']) {
      const { status, stderr } = machine.shell(`setpriv --reuid 65534 ${SCRIPT} ${word}`);
      assert.deepEqual([status, stderr], [4, `rexecd: ${word} requires root\n`]);
    }
    assert.equal(machine.shell(`setpriv --reuid 65534 ${SCRIPT} status`).status, 3);
  });

  it('says that its program is missing', () => {
    machine.ok(
      'mv /etc/init.d/rexecd /root/script; sed "s#^SCRIPT=.*#SCRIPT=/no/rexecd.js#" /root/script > /etc/init.d/rexecd; chmod +x /etc/init.d/rexecd',
    );
    const { status, stderr } = words('start');
    machine.ok('mv /root/script /etc/init.d/rexecd');
    assert.equal(status, 5);
    assert.match(stderr, /^\/.* or \/no\/rexecd.js is missing\n$/);
  });

  it('needs no functions of a distribution', () => {
    machine.ok('mv /lib/lsb /lib/lsb.away');
    const { status, stdout, stderr } = machine.shell(`${SCRIPT} start; ${SCRIPT} stop`);
    machine.ok('mv /lib/lsb.away /lib/lsb');
    assert.deepEqual([status, stdout, stderr], [0, 'Starting: rexecd.\nStopping: rexecd.\n', '']);
  });

  it('writes on where its log was rotated', {
    skip: !existsSync('/usr/sbin/logrotate') && 'needs logrotate (Debian: logrotate)',
  }, () => {
    machine.ok(`${SCRIPT} start`);
    machine.ok(
      `chown root:root /var/log/rexecd; logrotate --force --state /tmp/state /etc/logrotate.d/rexecd`,
    );
    machine.ok(`${SCRIPT} reload; until grep -q hangup ${LOG}; do sleep 0.05; done`);
    assert.equal(log(), 'hangup\n');
    assert.match(machine.ok(`cat ${LOG}.1`), /^started/);
  });
});
