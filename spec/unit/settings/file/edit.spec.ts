import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  changeSettings,
  keyOf,
  type Policy,
  removeKey,
  replaceSettings,
  SETTING_NAMES,
  SettingsError,
  settingsTemplate,
  TomlDocument,
} from '../../../../lib/settings/index.ts';
import { temporaryFolder } from '../../../support/program.ts';

const ONE_AT_A_TIME: Policy = new Map([['maxConnections', { max: 1 }]]);

function fileOf(t: TestContext, text: string): string {
  const path = join(temporaryFolder(t), 'x.toml');
  writeFileSync(path, text, { mode: 0o644 });
  return path;
}

const textOf = (path: string) => readFileSync(path, 'utf8');

/** The work is refused with these words, and the file is the very same. */
async function refused(path: string, work: () => Promise<unknown>, message: string): Promise<void> {
  const [text, { ino }] = [textOf(path), statSync(path)];
  await assert.rejects(work, (error) => {
    assert.ok(error instanceof SettingsError, String(error));
    assert.equal(error.message, message);
    return true;
  });
  assert.deepEqual([textOf(path), statSync(path).ino], [text, ino]);
  assert.deepEqual(readdirSync(join(path, '..')), ['x.toml']);
}

describe('a change of settings', () => {
  it('makes the file from the template, and its folder, whatever the umask', async (t) => {
    const folder = join(temporaryFolder(t), 'etc', 'rexecd');
    const path = join(folder, 'rexecd.toml');
    const umask = process.umask(0o077);
    const changes = [{ name: 'control', value: '/600' } as const];
    assert.ok(await changeSettings(path, changes).finally(() => process.umask(umask)));
    assert.equal(
      textOf(path),
      settingsTemplate().replace('# control = "auto"\n', '# control = "auto"\ncontrol = "/600"\n'),
    );
    assert.deepEqual([statSync(path).mode & 0o777, statSync(folder).mode & 0o777], [0o644, 0o755]);
    assert.deepEqual(readdirSync(folder), ['rexecd.toml']);
  });

  it('may be of several settings at once, some taken out', async (t) => {
    const path = fileOf(t, '# a\ncontrol = "/1" # b\n[launch]\nprofile = true\n');
    const changes = [
      { name: 'control', value: undefined },
      { name: 'logLevel', value: 'info' },
      { name: 'profile', value: false },
    ] as const;
    assert.equal(await changeSettings(path, changes), true);
    assert.equal(textOf(path), '# a\n[launch]\nprofile = false\n\n[log]\nlevel = "info"\n');
    assert.equal(await changeSettings(path, changes), false, 'the second time there is nothing to do');
  });

  it('is of all or none', async (t) => {
    const path = fileOf(t, 'control = "/1"\n');
    const good = { name: 'control', value: '/2' } as const;
    const bad = { name: 'backlog', value: 0 } as const;
    const words = 'limits.backlog: invalid value 0; allowed: whole number from 1 to 65535';
    await refused(path, () => changeSettings(path, [good, bad]), words);
  });

  it('is refused by the policy in its words, but may put back the default', async (t) => {
    const path = fileOf(t, '[limits]\nmaxConnections = 5\n');
    const change = (value: unknown) =>
      changeSettings(path, [{ name: 'maxConnections', value }], ONE_AT_A_TIME);
    await refused(path, () => change(2), 'limits.maxConnections: the policy file allows at most 1, not 2');
    assert.equal(await change(1), true);
    assert.equal(await change(undefined), true);
    assert.equal(textOf(path), '[limits]\n');
  });

  it('makes nothing where there is nothing to take out', async (t) => {
    const path = join(temporaryFolder(t), 'none', 'x.toml');
    assert.equal(await changeSettings(path, [{ name: 'control', value: undefined }]), false);
    assert.equal(await removeKey(path, 'prot'), false);
    assert.ok(!existsSync(join(path, '..')));
  });

  it('puts right what is wrong, one by one', async (t) => {
    const path = fileOf(t, 'control = 5\nprot = 1 # typo\n[launch]\nprofile = 3\n');
    await changeSettings(path, [{ name: 'control', value: '/80' }]);
    assert.equal(textOf(path), 'control = "/80"\nprot = 1 # typo\n[launch]\nprofile = 3\n');
    assert.equal(await removeKey(path, 'prot'), true);
    await changeSettings(path, [{ name: 'profile', value: undefined }]);
    assert.equal(textOf(path), 'control = "/80"\n[launch]\n');
  });

  it('is not made in what is no TOML', async (t) => {
    const path = fileOf(t, 'control = "/1"\nhost\n');
    const words = `${path}:2: Invalid TOML document: illegal character in key`;
    await refused(path, () => changeSettings(path, [{ name: 'control', value: '/2' }]), words);
  });

  for (const text of ['log = { level = "info" }\n', '"log.level" = "warn"\n[log]\nlevel = "info"\n'])
    it(`is not made where the file has no place for it: ${JSON.stringify(text)}`, async (t) => {
      const path = fileOf(t, text);
      const words = `${path}: cannot change log.level in the form in which it is written; edit the file by hand`;
      await refused(path, () => changeSettings(path, [{ name: 'logLevel', value: 'error' }]), words);
    });

  it('is not lost when many are made at once', async (t) => {
    const path = fileOf(t, '# c\n');
    const names = SETTING_NAMES.filter((name) => /Seconds$/.test(name));
    await Promise.all(names.map((name) => changeSettings(path, [{ name, value: 1 }])));
    const { assignments } = new TomlDocument(path, textOf(path));
    assert.deepEqual(assignments.map(({ key }) => key).sort(), names.map(keyOf).sort());
    assert.deepEqual(readdirSync(join(path, '..')), ['x.toml']);
  });

  it('does not undo what an editor without our lock saves meanwhile', async (t) => {
    const path = fileOf(t, 'control = "/1"\n');
    let saved = 0;
    const change = {
      name: 'backlog',
      get value() {
        if (saved < 9) {
          saved += 1;
          writeFileSync(path, `control = "/${saved}"\n`);
        }
        return 5;
      },
    } as const;
    await changeSettings(path, [change]);
    assert.equal(saved, 9);
    assert.equal(textOf(path), 'control = "/9"\n\n[limits]\nbacklog = 5\n');
  });
});

describe('another text for a settings file', () => {
  it('takes the place of the one it was made from', async (t) => {
    const path = fileOf(t, 'control = "/1"\n');
    assert.equal(await replaceSettings(path, 'control = "/1"\n', 'control = "/2"'), true);
    assert.equal(textOf(path), 'control = "/2"');
  });

  it('may be the first', async (t) => {
    const path = join(temporaryFolder(t), 'new', 'x.toml');
    assert.equal(await replaceSettings(path, undefined, 'control = "/2"\n'), true);
    assert.equal(textOf(path), 'control = "/2"\n');
  });

  for (const expected of ['control = "/0"\n', undefined])
    it(`does not take the place of another than ${expected}`, async (t) => {
      const path = fileOf(t, 'control = "/1"\n');
      const words = `${path} was changed by another program in the meantime`;
      await refused(path, () => replaceSettings(path, expected, 'control = "/2"\n'), words);
    });
});
