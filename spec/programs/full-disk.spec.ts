import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { noPrivateRoot, PrivateRoot } from '../support/machine/private-root.ts';
import { PATIENT, ROOT } from '../support/program.ts';

describe('a full disk (E4)', { ...PATIENT, skip: noPrivateRoot() }, () => {
  let machine: PrivateRoot;
  const node = process.execPath;
  const fill = 'until ! head -c 4096 /dev/zero >> /small/fill 2>/dev/null; do :; done';

  before(async () => {
    machine = await PrivateRoot.make('/mnt');
  });
  after(() => machine.end());

  for (const inodes of ['0', '4'])
    it(`keeps rconfig from a change only while it is full, with ${inodes === '0' ? 'no block' : 'no inode'} left`, () => {
      machine.ok(`mkdir -p /small; mount -t tmpfs -o size=64k,nr_inodes=${inodes} tmpfs /small
        echo 'control = "off"' > /small/x.toml`);
      const set = `cd ${ROOT}; ${node} lib/cli/rconfig.ts --no-reload --config /small/x.toml set backlog 9`;
      machine.ok(`${fill}; touch /small/fill2 || true`);
      const { status, stderr } = machine.shell(set);
      assert.equal(status, 1);
      assert.match(stderr, /^rconfig: \/small\/x\.toml: no space left on device\n$/);
      assert.equal(machine.ok('cat /small/x.toml'), 'control = "off"\n');
      machine.ok('rm /small/fill*');
      machine.ok(set);
      assert.equal(machine.ok('cat /small/x.toml'), 'control = "off"\n\n[limits]\nbacklog = 9\n');
      assert.equal(machine.ok('ls /small'), 'x.toml\n');
      machine.ok('umount /small');
    });

  it('keeps rexecd --add-user from a change only while it is full', () => {
    machine.ok(`mount -t tmpfs -o size=64k tmpfs /small`);
    const add = `cd ${ROOT}; echo secret | ${node} lib/cli/rexecd.ts --users /small/users --add-user`;
    machine.ok(`${add} ada; ${fill}`);
    assert.equal(machine.shell(`${add} bob`).status, 1);
    machine.ok(`rm /small/fill; ${add} bob`);
    assert.equal(machine.ok('cut -d: -f1 /small/users; ls /small'), 'ada\nbob\nusers\n');
    machine.ok('umount /small');
  });
});
