import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { DIRECTORY_SERVICE, Directory, noDirectory } from '../../support/directory.ts';
import { Machine, type RunningDaemon } from '../../support/machine/machine.ts';
import { Peer } from '../../support/peer.ts';
import { ROOT } from '../../support/program.ts';

const FILE = '/srv/rexecd.toml';
const CONTROL = '/srv/control/rexecd.sock';
const ALICE = { names: ['alice'], uid: 20_001, gid: 20_100, password: 'wonder', home: '/srv/home/alice' };

/** The three settings that rexecd(8) gives to rconfig, changed while the daemon runs. */
describe('rconfig changes a running daemon', { ...BOUNDED, skip: noDirectory }, () => {
  let machine: Machine;
  let directory: Directory;
  let daemon: RunningDaemon;

  const rconfig = (...words: string[]): string =>
    machine.run(process.execPath, [`${ROOT}lib/cli/rconfig.ts`, ...words, '--config', FILE]);
  const set = (key: string, value: string) =>
    assert.equal(
      rconfig('set', key, value),
      `${key} = ${value} in ${FILE}\nthe running daemon now uses it\n`,
    );

  before(async () => {
    machine = await Machine.make();
    directory = await Directory.make(machine, [ALICE], [{ name: 'staff-of-directory', gid: ALICE.gid }]);
    machine.addUser('ada', 's3cret');
    machine.run('tee', [FILE], `control = "${CONTROL}"\n[log]\nlevel = "error"\n`);
    daemon = await machine.rexecd({
      service: DIRECTORY_SERVICE,
      flags: ['--config', FILE, '--refusal-seconds', '0.05', '--profile', 'false'],
      quiet: true,
    });
  });
  after(async () => {
    await directory?.end();
    await machine?.end();
  });

  it('to one connection at a time, and back to many', async (t) => {
    const first = await Peer.connect(t, { host: '127.0.0.1', port: daemon.port });
    set('limits.maxConnections', '1');
    assert.equal(await daemon.answer(t, 'ada', 's3cret', 'echo in'), '\x01Try again.\n');
    set('limits.maxConnections', '12000');
    assert.equal(await daemon.answer(t, 'ada', 's3cret', 'echo in'), '\0in\n');
    first.reset();
  });

  it('to write remote host, local user and command, and back to errors only', async (t) => {
    await daemon.answer(t, 'ada', 's3cret', 'echo unwritten');
    set('log.access', 'true');
    await daemon.answer(t, 'ada', 's3cret', 'echo written');
    const line = await daemon.seen(/REXECD-402 .*command="echo written"/);
    assert.match(line, /peer="127\.0\.0\.1:\d+" user="ada" localUser="ada"/);
    set('log.access', 'false');
    await daemon.answer(t, 'ada', 's3cret', 'echo unwritten');
    await daemon.answer(t, 'ada', 'wrong', 'true'); // an error, behind which it would stand
    await daemon.seen(/REXECD-300/);
    assert.equal(daemon.events.filter((each) => each.includes('echo unwritten')).length, 0);
  });

  it('to try a domain user where there is no local one, and back to failing', async (t) => {
    assert.equal(await daemon.answer(t, 'alice', 'wonder', 'id -u'), '\x01Login incorrect.\n');
    set('accounts.domainUsers', 'true');
    assert.equal(await daemon.answer(t, 'alice', 'wonder', 'id -u'), `\0${ALICE.uid}\n`);
    set('accounts.domainUsers', 'false');
    assert.equal(await daemon.answer(t, 'alice', 'wonder', 'id -u'), '\x01Login incorrect.\n');
  });
});
