import assert from 'node:assert/strict';
import { chmodSync, chownSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { temporaryFolder } from '../../support/program.ts';
import { asNobody, MANIFEST, Staging } from './staging.ts';

describe('an installation that cannot be', BOUNDED, () => {
  const fails = (t: TestContext, more: object, message: RegExp, root?: string) =>
    assert.rejects(new Staging(t, root).install(more), { code: 'REXEC_SERVICE', message });

  it('says that the machine takes root', async (t) => {
    const takesRoot = /^installing the service requires root: use sudo, or name another folder with --root$/;
    await asNobody(() => fails(t, {}, takesRoot, '/'));
    await asNobody(() => fails(t, { dryRun: true }, takesRoot, '/'));
  });

  it("takes no root in a folder of one's own, and names what it may not write", async (t) => {
    const staging = new Staging(t);
    if (process.getuid?.() === 0) chownSync(staging.root, 65_534, 65_534);
    await asNobody(() => staging.install());
    assert.ok(staging.files().includes('/lib/systemd/system/rexecd.service'));
    rmSync(staging.at('/etc/rexecd'), { recursive: true });
    chmodSync(staging.at('/etc'), 0o555);
    const denied = new RegExp(`^cannot make ${staging.at('/etc/rexecd')}: permission denied$`);
    await asNobody(() => fails(t, {}, denied, staging.root));
    chmodSync(staging.at('/etc'), 0o755);
  });

  for (const [what, program, message] of [
    [
      'a program without a folder',
      { node: 'node', script: '/a.js' },
      /^program node: the path must be absolute$/,
    ],
    [
      'a relative script',
      { node: '/node', script: './a.js' },
      /^program \.\/a\.js: the path must be absolute$/,
    ],
    [
      'a quote in a path',
      { node: '/node', script: "/o'brien/a.js" },
      /^program "\/o'brien\/a\.js": a path in a service file must not contain quotes, /,
    ],
    ['a dollar in a path', { node: '/$HOME/node', script: '/a.js' }, /^program "\/\$HOME\/node": /],
    ['a percent sign in a path', { node: '/%h/node', script: '/a.js' }, /^program /],
    ['a newline in a path', { node: '/node', script: '/a\nUser=x' }, /^program "\/a\\nUser=x": /],
  ] as const)
    it(`refuses ${what}`, async (t) => {
      const staging = new Staging(t);
      await fails(t, { program }, message, staging.root);
      assert.deepEqual(staging.picture(), {});
    });

  for (const name of ['rexecd', 'rexecd.3', '../rexecd.8', 'a/b.8'])
    it(`refuses a manual page with the name ${name}`, (t) =>
      fails(t, { manPages: [{ name, text: '' }] }, /^manual page .*: the name must end in/));

  it('does not follow a link out of its folder', async (t) => {
    const staging = new Staging(t);
    const elsewhere = temporaryFolder(t);
    symlinkSync(elsewhere, staging.at('/etc'));
    await fails(t, {}, new RegExp(`/etc leads outside ${staging.root}, to ${elsewhere}$`), staging.root);
    assert.deepEqual(new Staging(t, elsewhere).picture(), {});
  });

  it('follows a link that stays inside, as /lib is one', async (t) => {
    const staging = new Staging(t);
    mkdirSync(staging.at('/usr/lib'), { recursive: true });
    symlinkSync('usr/lib', staging.at('/lib'));
    await staging.install();
    assert.ok(staging.files().includes('/usr/lib/systemd/system/rexecd.service'));
  });

  it('names a root that is no folder', async (t) => {
    const staging = new Staging(t);
    staging.put('/file', '');
    await fails(t, {}, /^cannot .*\/file\/.*: not a directory/, staging.at('/file'));
  });

  it('names a list that cannot be read', async (t) => {
    const staging = new Staging(t);
    staging.put(MANIFEST, '{"files": 1}');
    await fails(t, {}, new RegExp(`^${staging.at(MANIFEST)}: `), staging.root);
  });
});
