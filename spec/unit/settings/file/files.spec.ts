import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  loadPolicy,
  readDocument,
  readSettingsText,
  replaceSettingsFile,
  SettingsError,
} from '../../../../lib/settings/index.ts';
import { findProgram, temporaryFolder } from '../../../support/program.ts';

const NOBODY = 65_534;
const AS_ROOT = { skip: process.getuid?.() !== 0 && 'giving files away takes root' };
const MKFIFO = findProgram('mkfifo');

/** A file in a folder of its own. */
function fileOf(t: TestContext, text: string | Uint8Array = 'port = 1\n', mode = 0o644): string {
  const path = join(temporaryFolder(t), 'x.toml');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const refused = (message: string) => (error: unknown) => {
  assert.ok(error instanceof SettingsError, String(error));
  assert.equal(error.message, message);
  return true;
};

describe('a settings file that is read', () => {
  it('gives its text, byte for byte, and its values', async (t) => {
    const text = '\ufeffport = 1 # é\r\n# end';
    const path = fileOf(t, text);
    assert.equal(await readSettingsText(path, true), text);
    assert.deepEqual((await readDocument(path, true))!.assignments[0]!.value, 1);
  });

  it('may be missing where it need not be there', async (t) => {
    const path = join(temporaryFolder(t), 'none', 'x.toml');
    assert.equal(await readDocument(path, false), undefined);
    assert.equal(await loadPolicy(path, false), undefined);
    for (const read of [readDocument, readSettingsText, loadPolicy])
      await assert.rejects(read(path, true), refused(`${path}: no such file or directory`));
  });

  for (const mode of [0o664, 0o646, 0o666])
    it(`is not trusted with mode ${mode.toString(8)}`, async (t) => {
      const path = fileOf(t, '', mode);
      await assert.rejects(
        readSettingsText(path, false),
        refused(`${path} must not be writable by group or others (chmod go-w)`),
      );
    });

  it("is not trusted when it is another account's", AS_ROOT, async (t) => {
    const path = fileOf(t);
    chownSync(path, NOBODY, 0);
    const words = `${path} is owned by uid ${NOBODY}; it must be owned by root or by this account`;
    await assert.rejects(readSettingsText(path, false), refused(words));
  });

  it('is a file, not a folder', async (t) => {
    const path = temporaryFolder(t);
    await assert.rejects(readSettingsText(path, false), refused(`${path} is not a regular file`));
  });

  it('is a file, not a pipe, which would hold us up', { skip: !MKFIFO && 'needs mkfifo' }, async (t) => {
    const path = join(temporaryFolder(t), 'pipe');
    spawnSync(MKFIFO!, ['-m', '600', path]);
    await assert.rejects(readSettingsText(path, false), refused(`${path} is not a regular file`));
  });

  it('is UTF-8, so that it can be written back', async (t) => {
    const path = fileOf(t, Buffer.from('port = 1 # caf\xe9\n', 'latin1'));
    await assert.rejects(readSettingsText(path, false), refused(`${path}: not UTF-8`));
  });

  it('is TOML', async (t) => {
    const path = fileOf(t, 'port = 1\nport\n');
    await assert.rejects(readDocument(path, false), ({ message }: Error) =>
      message.startsWith(`${path}:2: `),
    );
  });

  it('is a policy that holds', async (t) => {
    const path = fileOf(t, '# c\nusers = 5\n');
    await assert.rejects(
      loadPolicy(path, false),
      refused(`${path}:2: users: invalid value 5; allowed: an absolute path`),
    );
    const good = fileOf(t, 'limits.backlog = 5\n');
    assert.deepEqual([...(await loadPolicy(good, false))!], [['backlog', { max: 5 }]]);
  });
});

describe('a file that is replaced', () => {
  it('is new at once, with nothing left beside it', async (t) => {
    const path = fileOf(t);
    const before = statSync(path).ino;
    await replaceSettingsFile(path, 'port = 2\n');
    assert.equal(readFileSync(path, 'utf8'), 'port = 2\n');
    assert.notEqual(statSync(path).ino, before, 'it was written over, not replaced');
    assert.deepEqual(readdirSync(join(path, '..')), ['x.toml']);
  });

  it('has mode 644 when it was not there, whatever the umask', async (t) => {
    const path = join(temporaryFolder(t), 'x.toml');
    const umask = process.umask(0o077);
    await replaceSettingsFile(path, '').finally(() => process.umask(umask));
    assert.equal(statSync(path).mode & 0o7777, 0o644);
  });

  for (const mode of [0o600, 0o640, 0o444])
    it(`keeps its mode ${mode.toString(8)}`, async (t) => {
      const path = fileOf(t, '', mode);
      await replaceSettingsFile(path, 'x');
      assert.equal(statSync(path).mode & 0o7777, mode);
    });

  it('keeps its owner and group', AS_ROOT, async (t) => {
    const path = fileOf(t, '', 0o640);
    chownSync(path, NOBODY, NOBODY - 1);
    await replaceSettingsFile(path, 'x');
    const { uid, gid, mode } = statSync(path);
    assert.deepEqual([uid, gid, mode & 0o7777], [NOBODY, NOBODY - 1, 0o640]);
  });

  for (const [what, text] of [
    ['a file', 'old'],
    ['nothing yet', undefined],
  ] as const)
    it(`keeps a link to a link to ${what}`, async (t) => {
      const folder = temporaryFolder(t);
      mkdirSync(join(folder, 'real'));
      if (text) writeFileSync(join(folder, 'real', 'y.toml'), text);
      symlinkSync('real/y.toml', join(folder, 'middle'));
      symlinkSync('middle', join(folder, 'x.toml'));
      await replaceSettingsFile(join(folder, 'x.toml'), 'new');
      assert.equal(readlinkSync(join(folder, 'x.toml')), 'middle');
      assert.equal(readlinkSync(join(folder, 'middle')), 'real/y.toml');
      assert.equal(readFileSync(join(folder, 'real', 'y.toml'), 'utf8'), 'new');
      assert.ok(lstatSync(join(folder, 'real', 'y.toml')).isFile());
      assert.deepEqual(readdirSync(join(folder, 'real')), ['y.toml']);
    });

  it('is replaced although a process with our number was killed at it', async (t) => {
    const path = fileOf(t);
    writeFileSync(`${path}.${process.pid}.new`, 'half');
    await replaceSettingsFile(path, 'x');
    assert.equal(readFileSync(path, 'utf8'), 'x');
  });

  it('leaves nothing beside it when it cannot be', async (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'x.toml'));
    await assert.rejects(replaceSettingsFile(join(folder, 'x.toml'), 'x'), { code: 'EISDIR' });
    assert.deepEqual(readdirSync(folder), ['x.toml']);
  });
});
