import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED } from '../support/daemon.ts';
import { Machine, noMachine, type RunningDaemon } from '../support/machine.ts';

const REFUSED = '\x01Login incorrect.\n';

describe('an account of the machine', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  let daemon: RunningDaemon;

  before(async () => {
    machine = await Machine.make();
    machine.addUser('ada', 's3cret', '--groups', 'audio,video');
    daemon = await machine.rexecd();
  });
  after(() => machine.end());

  it('[step 6] runs a command with its own password', async (t) => {
    assert.equal(await daemon.answer(t, 'ada', 's3cret', 'id -un; pwd'), '\0ada\n/srv/home/ada\n');
  });

  it('[step 6] is refused with another password', async (t) => {
    assert.equal(await daemon.answer(t, 'ada', 'secret', 'id'), REFUSED);
    await daemon.seen(/REXECD-300 .*user="ada" cause="authentication: Authentication failure \(7\)"/);
  });
});
