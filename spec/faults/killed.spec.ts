import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { PASSWORD } from '../support/daemon/daemon.ts';
import { freePort } from '../support/free-port.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../support/machine/machine.ts';
import { eventually, Peer, within } from '../support/peer.ts';
import { isAlive, loginHelpersOf, PATIENT } from '../support/program.ts';

const SERVICE = `auth required pam_unix.so
account required pam_unix.so
session required pam_exec.so /srv/session`;
const SESSION = '#!/bin/sh\necho "$PAM_TYPE" >> /srv/sessions';

describe('a daemon that is killed under load', { ...PATIENT, skip: noMachine }, () => {
  let machine: Machine;
  const control = '/srv/control/socket';
  const flags = [...QUICK, '--lockout-failures', '3', '--control', control];
  const log = ['--log-sinks', 'console,file', '--log-file', '/srv/log/rexecd.log'];

  const restarted = ({ port }: RunningDaemon): Promise<RunningDaemon> =>
    machine.rexecd({ service: SERVICE, flags: [...flags, ...log, '--port', String(port)] });
  const order = (...words: string[]): string =>
    machine.run(process.execPath, ['lib/cli/rexecd.ts', ...words, '--control', control]);

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', PASSWORD);
    machine.addQuickUser('eve', PASSWORD);
    machine.run('tee', ['/srv/session'], SESSION);
    machine.shell('chmod 755 /srv/session; mkdir /srv/log');
  });
  after(() => machine.end());

  it('is started again on its port at once, and nothing of the one before is in its way', async (t) => {
    const port = String(await freePort());
    const daemon = await machine.rexecd({ service: SERVICE, flags: [...flags, ...log, '--port', port] });
    for (let time = 0; time < 3; time += 1) await daemon.refusal(t, 'eve', 'wrong');
    assert.match(order('lockouts'), /eve from 127\.0\.0\.1/);
    const kept = () => machine.shell(`cat /srv/control/${port}.lockouts || true`);
    await eventually(() => kept().includes('"times"'), 'the lockout is kept');
    const one = await daemon.ask(t, 'ada', PASSWORD, 'read line; echo "got $line"');
    const other = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    await other.send(`\0ada\0${PASSWORD}\0read line; echo $$ "$line"; read line\0early\n`);
    await daemon.seen(/REXECD-402 .*/);
    const load = Array.from({ length: 12 }, async () => {
      for (;;) await daemon.answer(t, 'ada', PASSWORD, 'echo $$; head -c 100000 /dev/zero');
    });
    const broken = Promise.allSettled(load);
    await daemon.seen(/REXECD-402/, 20);
    const helpers = loginHelpersOf(daemon.child.pid!);
    assert.ok(helpers.length > 0);
    daemon.child.kill('SIGKILL');
    await within(once(daemon.child, 'exit'), 'the daemon to be gone');
    const next = await restarted(daemon);
    await broken;
    assert.equal(await next.answer(t, 'ada', PASSWORD, 'id -un'), '\0ada\n');
    assert.match(order('sessions'), /ada|no session/i);
    assert.match(order('lockouts'), /eve from 127\.0\.0\.1/);
    await next.refusal(t, 'eve', PASSWORD);
    order('unlock', 'eve from 127.0.0.1');
    assert.equal(await next.answer(t, 'eve', PASSWORD, 'id -un'), '\0eve\n');
    await eventually(() => helpers.every((pid) => !isAlive(pid)), 'its login helpers are gone');
    assert.equal(await one.toEnd(), '\0');
    const [, pid, word] = /^\0(\d+) (\w+)\n$/.exec(await other.toEnd())!;
    assert.equal(word, 'early');
    await eventually(() => !isAlive(Number(pid)), 'the command is gone');
    for (const line of machine.shell('cat /srv/log/rexecd.log').trim().split('\n'))
      assert.match(line, /^20\d\d-\S+ \w+ REXECD-\d+ .*$/);
  });
});
