import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readDocument, resolveSettings, settingsTemplate } from '../../../lib/settings/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { temporaryFolder } from '../../support/program.ts';
import { asNobody, CATALOG, FILES, MAN_PAGES, MANIFEST, Staging } from './staging.ts';

const UNIT = '/lib/systemd/system/rexecd.service';
describe('an installation', BOUNDED, () => {
  it('puts every file in its place, with its mode, and says so', async (t) => {
    const staging = new Staging(t);
    const lines = await staging.install();
    assert.deepEqual(staging.files(), [...Object.keys(FILES), MANIFEST].sort());
    for (const [path, mode] of Object.entries(FILES)) {
      assert.equal(statSync(staging.at(path)).mode & 0o7777, mode, path);
      assert.ok(lines.includes(`wrote ${staging.at(path)}`), path);
    }
    assert.equal(statSync(staging.at('/var/log/rexecd')).mode & 0o7777, 0o750);
    assert.equal(statSync(staging.at('/var/lib/rexecd')).mode & 0o7777, 0o700);
    assert.equal(statSync(staging.at('/etc/rexecd')).mode & 0o7777, 0o755);
    assert.deepEqual([...new Set(lines.map((line) => line.split(' ')[0]))], ['made', 'wrote']); // nothing is started
  });

  it('tells each line as it is done, whatever the umask', async (t) => {
    const staging = new Staging(t);
    const before = process.umask(0o077);
    t.after(() => process.umask(before));
    const told: string[] = [];
    const tell = (line: string) => {
      told.push(line);
      const [deed, path] = line.split(' ');
      if (deed === 'wrote' && path !== staging.at(MANIFEST)) assert.ok(statSync(path!).mode & 0o044, line);
    };
    assert.deepEqual(await staging.install({ tell }), told);
  });

  it('writes settings that are all defaults', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    const path = staging.at('/etc/rexecd/rexecd.toml');
    const document = (await readDocument(path, true))!;
    assert.equal(readFileSync(path, 'utf8'), settingsTemplate());
    assert.deepEqual(resolveSettings({ file: { path, document } }), resolveSettings({}));
  });

  it('writes manual pages, compressed, and the catalogue of the journal', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    for (const { name, text } of MAN_PAGES) {
      const bytes = readFileSync(staging.at(`/usr/share/man/man${name.at(-1)}/${name}.gz`));
      assert.equal(String(gunzipSync(bytes)), text);
    }
    assert.equal(staging.text('/usr/lib/systemd/catalog/rexecd.catalog'), CATALOG);
  });

  it('writes no catalogue and no pages where there are none', async (t) => {
    const staging = new Staging(t);
    await staging.install({ catalog: '', manPages: [] });
    assert.deepEqual(
      staging.files().filter((path) => /catalog|\/man/.test(path)),
      [MANIFEST],
    );
  });

  it('keeps a list of what it wrote, with the sha256 of each', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    const { files } = JSON.parse(staging.text(MANIFEST));
    const sums = Object.keys(FILES).map((path) => {
      return {
        path,
        sha256: createHash('sha256')
          .update(readFileSync(staging.at(path)))
          .digest('hex'),
      };
    });
    assert.deepEqual(files, sums);
  });
});

describe('a second installation', BOUNDED, () => {
  it('changes nothing, and says so', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    const before = staging.picture();
    const lines = await staging.install();
    assert.deepEqual(staging.picture(), before);
    assert.deepEqual(
      lines.toSorted(),
      [MANIFEST, ...Object.keys(FILES)].map((path) => `unchanged ${staging.at(path)}`).sort(),
    );
  });

  it('writes what another program needs, and can tell it from changes of the administrator', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    const program = { node: '/opt/node/bin/node', script: '/opt/new/rexecd.js' };
    const wrote = (await staging.install({ program })).filter((line) => !line.startsWith('unchanged'));
    assert.deepEqual(wrote, staging.lines(`wrote ${MANIFEST}\n wrote ${UNIT}\n wrote /etc/init.d/rexecd`));
    assert.match(
      staging.text(UNIT),
      /^ExecStart=\/opt\/node\/bin\/node --disable-sigusr1 --max-semi-space-size=4 \/opt\/new\/rexecd\.js /m,
    );
    await staging.install();
    assert.match(staging.text(UNIT), /rexecd\/rexecd\.js/);
  });

  it('completes one that was cut short', async (t) => {
    const staging = new Staging(t);
    if (process.getuid?.() === 0) chownSync(staging.root, 65_534, 65_534);
    await asNobody(() => staging.install());
    const program = { node: '/opt/node/bin/node', script: '/opt/new/rexecd.js' };
    chmodSync(staging.at('/lib/systemd/system'), 0o555);
    const message = `cannot write ${staging.at(UNIT)}: permission denied`;
    await asNobody(() => assert.rejects(staging.install({ program }), { code: 'REXEC_SERVICE', message }));
    chmodSync(staging.at('/lib/systemd/system'), 0o755);
    const lines = await asNobody(() => staging.install({ program }));
    assert.deepEqual(
      lines.filter((line) => !line.startsWith('unchanged')),
      staging.lines(`wrote ${UNIT}\nwrote /etc/init.d/rexecd`),
    );
    await asNobody(() => staging.remove());
    assert.deepEqual(staging.picture(), {});
  });
});

/** Files that are there before, and what is said of them. */
const THERE: readonly (readonly [what: string, path: string, why: string])[] = [
  ['settings', '/etc/rexecd/rexecd.toml', 'your configuration'],
  ['a PAM service', '/etc/pam.d/rexecd', 'your configuration'],
  ['a unit of a package', UNIT, 'not installed by rexecd'],
  ['an init script of a package', '/etc/init.d/rexecd', 'not installed by rexecd'],
];

describe('what was there before an installation', BOUNDED, () => {
  for (const [what, path, why] of THERE)
    it(`is kept: ${what}`, async (t) => {
      const staging = new Staging(t);
      staging.put(path, 'port = 5512\n');
      const lines = await staging.install();
      assert.equal(staging.text(path), 'port = 5512\n');
      assert.ok(lines.includes(`kept ${staging.at(path)} (${why})`), lines.join('\n'));
      assert.ok(!staging.text(MANIFEST).includes(`"${path}"`));
    });

  it('is kept: a unit that the administrator changed after it was written', async (t) => {
    const staging = new Staging(t);
    await staging.install();
    staging.put(UNIT, `${staging.text(UNIT)}# mine\n`);
    const program = { node: '/opt/node/bin/node', script: '/opt/new/rexecd.js' };
    const lines = await staging.install({ program });
    assert.ok(lines.includes(`kept ${staging.at(UNIT)} (changed since it was installed)`), lines.join('\n'));
    assert.match(staging.text(UNIT), /# mine\n$/);
    assert.match(staging.text('/etc/init.d/rexecd'), /\/opt\/new\/rexecd\.js/);
  });

  it('is kept: a masked unit', async (t) => {
    const staging = new Staging(t);
    mkdirSync(staging.at('/lib/systemd/system'), { recursive: true });
    symlinkSync('/dev/null', staging.at(UNIT));
    assert.ok((await staging.install()).includes(`kept ${staging.at(UNIT)} (not a regular file)`));
    assert.equal(staging.picture()[UNIT], 'link to /dev/null');
  });
});

describe('a dry run of an installation', BOUNDED, () => {
  it('says the same as the installation, and changes nothing', async (t) => {
    const staging = new Staging(t);
    staging.put('/etc/pam.d/rexecd', 'auth required pam_deny.so\n');
    const before = staging.picture();
    const would = await staging.install({ dryRun: true });
    assert.deepEqual(staging.picture(), before);
    const did = await staging.install();
    const said: Record<string, string> = {
      'would make': 'made',
      'would write': 'wrote',
      'would keep': 'kept',
    };
    assert.deepEqual(
      would.map((line) => line.replace(/^would \w+/, (words) => said[words]!)),
      did,
    );
    assert.ok(would.includes(`would keep ${staging.at('/etc/pam.d/rexecd')} (your configuration)`));
  });

  it('makes no folder that does not exist', async (t) => {
    const root = `${temporaryFolder(t)}/none`;
    assert.equal((await new Staging(t, root).install({ dryRun: true })).length > 10, true);
    assert.throws(() => statSync(root), { code: 'ENOENT' });
  });
});
