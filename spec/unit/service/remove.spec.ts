import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { asNobody, FILES, MANIFEST, Staging } from './staging.ts';

const UNIT = '/lib/systemd/system/rexecd.service';
const INIT = '/etc/init.d/rexecd';
const NOTHING = (staging: Staging) => [`nothing to remove: ${staging.at(MANIFEST)} does not exist`];

describe('a removal', BOUNDED, () => {
  it('leaves nothing of an installation, names each file, and has nothing to do the second time', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    const lines = await staging.remove();
    assert.deepEqual(staging.picture(), {});
    for (const path of [...Object.keys(FILES), MANIFEST, '/etc/rexecd', '/var/log/rexecd', '/var/lib/rexecd'])
      assert.ok(lines.includes(`deleted ${staging.at(path)}`), path);
    assert.deepEqual(await staging.remove(), NOTHING(staging));
    assert.deepEqual(staging.picture(), {});
  });

  it('says that there is nothing where nothing was installed', async (t) => {
    const staging = new Staging(t);
    staging.put('/etc/rexecd/rexecd.toml', 'port = 5512\n');
    const before = staging.picture();
    assert.deepEqual(await staging.remove(), NOTHING(staging));
    assert.deepEqual(staging.picture(), before);
  });

  it('leaves what was there before, files and folders', async (t) => {
    const staging = new Staging(t);
    staging.put('/etc/pam.d/rexecd', 'auth required pam_deny.so\n');
    staging.put(INIT, '#!/bin/sh\n');
    mkdirSync(staging.at('/var/log/rexecd'), { recursive: true });
    const before = staging.picture();
    await staging.install();
    await staging.install(); // it does not take them for its own the second time either
    await staging.remove();
    assert.deepEqual(staging.picture(), before);
  });

  it('leaves a file of a package that is just as this one would be', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    const unit = staging.text(UNIT);
    await staging.remove();
    staging.put(UNIT, unit);
    const before = staging.picture();
    assert.ok((await staging.install()).includes(`unchanged ${staging.at(UNIT)}`));
    await staging.remove();
    assert.deepEqual(staging.picture(), before);
  });

  it('keeps and names what the administrator changed, put in the place of a file, or beside it', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    staging.put('/etc/rexecd/rexecd.toml', 'port = 5512\n');
    staging.put('/etc/rexecd/policy.toml', '');
    rmSync(staging.at(UNIT));
    symlinkSync('/dev/null', staging.at(UNIT));
    rmSync(staging.at(INIT));
    mkdirSync(staging.at(INIT));
    rmSync(staging.at('/etc/logrotate.d/rexecd'));
    const kept = (await staging.remove()).filter((line) => line.startsWith('kept '));
    const changed = ['/etc/rexecd/rexecd.toml', UNIT, INIT];
    const full = ['/etc', '/etc/init.d', '/etc/rexecd', '/lib', '/lib/systemd', '/lib/systemd/system'];
    assert.deepEqual(
      kept.slice(0, 3),
      changed.map((path) => `kept ${staging.at(path)} (changed since it was installed)`),
    );
    assert.deepEqual(
      kept.slice(3).sort(),
      full.map((path) => `kept ${staging.at(path)} (not empty)`),
    );
    assert.deepEqual(staging.files(), ['/etc/rexecd/policy.toml', '/etc/rexecd/rexecd.toml', UNIT]);
    assert.deepEqual(await staging.remove(), NOTHING(staging));
  });

  it('removes what two installations of different programs wrote', async (t) => {
    const staging = new Staging(t);
    await staging.install({ manPages: [{ name: 'old.8', text: 'old' }] });
    await staging.install({ program: { node: '/opt/node/bin/node', script: '/opt/new/rexecd.js' } });
    await staging.remove();
    assert.deepEqual(staging.picture(), {});
  });

  it('says in a dry run what it would do, and changes nothing', async (t) => {
    const staging = new Staging(t);
    mkdirSync(staging.at('/usr/lib'), { recursive: true });
    symlinkSync('usr/lib', staging.at('/lib'));
    await staging.install();
    staging.put('/etc/rexecd/rexecd.toml', 'port = 5512\n');
    const before = staging.picture();
    const would = await staging.remove({ dryRun: true });
    assert.deepEqual(staging.picture(), before);
    const said: Record<string, string> = { 'would delete': 'deleted', 'would keep': 'kept' };
    assert.deepEqual(
      would.map((line) => line.replace(/^would \w+/, (words) => said[words]!)),
      await staging.remove(),
    );
  });

  for (const path of ['/../etc/passwd', '/etc/../../passwd', 'etc/passwd', '/etc//passwd', '/'])
    it(`deletes nothing by a list that names ${path}`, async (t) => {
      const staging = new Staging(t);
      await staging.install();
      const list = JSON.parse(staging.text(MANIFEST));
      staging.put(MANIFEST, JSON.stringify({ ...list, files: [...list.files, { ...list.files[0], path }] }));
      const before = staging.picture();
      const message = `${staging.at(MANIFEST)}: ${path} is not a plain absolute path`;
      await assert.rejects(staging.remove(), { code: 'REXEC_SERVICE', message });
      assert.deepEqual(staging.picture(), before);
    });

  it('names what it may not read or delete', async (t) => {
    const staging = new Staging(t);
    if (process.getuid?.() === 0) chownSync(staging.root, 65_534, 65_534);
    await asNobody(() => staging.install());
    chmodSync(staging.at('/etc/rexecd'), 0o555);
    const denied = (deed: string, path: string) => {
      return {
        code: 'REXEC_SERVICE',
        message: `cannot ${deed} ${staging.at(path)}: permission denied`,
      };
    };
    await asNobody(() => assert.rejects(staging.remove(), denied('delete', '/etc/rexecd/rexecd.toml')));
    chmodSync(staging.at('/etc/rexecd'), 0o755);
    chmodSync(staging.at('/var/lib'), 0);
    await asNobody(() => assert.rejects(staging.remove(), denied('read', MANIFEST)));
    chmodSync(staging.at('/var/lib'), 0o755);
    await asNobody(() => staging.remove());
    assert.deepEqual(staging.picture(), {});
  });
});
