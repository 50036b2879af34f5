import assert from 'node:assert/strict';
import { existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { makeFolder, reasonOf } from '../../../lib/base/index.ts';
import { temporaryFolder } from '../../support/program.ts';

function failureOf(path: string): string {
  try {
    makeFolder(path);
  } catch (error) {
    return reasonOf(error);
  }
  assert.fail('it did not fail');
}

describe('a folder that is made', () => {
  it('gets those above it that are missing, all with its mode', (t) => {
    const folder = temporaryFolder(t);
    assert.equal(makeFolder(join(folder, 'a', 'b', 'c'), 0o700), true);
    for (const path of ['a', 'a/b', 'a/b/c'])
      assert.equal(statSync(join(folder, path)).mode & 0o777, 0o700, path);
  });

  it('is left as it is when it exists, a link to it too', (t) => {
    const folder = temporaryFolder(t);
    mkdirSync(join(folder, 'a'), { mode: 0o750 });
    symlinkSync('a', join(folder, 'link'));
    for (const path of ['a', 'a/', 'link', 'a/.']) assert.equal(makeFolder(`${folder}/${path}`), false, path);
    assert.equal(statSync(join(folder, 'a')).mode & 0o777, 0o750);
    assert.equal(makeFolder('/'), false);
  });

  it('may have a path with dots and slashes in it', (t) => {
    const folder = temporaryFolder(t);
    assert.equal(makeFolder(`${folder}/a//b/../c/./d/`), true);
    assert.ok(existsSync(join(folder, 'a/c/d')));
  });

  it('is refused by name where a file, or a link to nothing, is in its way', (t) => {
    const folder = temporaryFolder(t);
    const [file, link] = [join(folder, 'file'), join(folder, 'link')];
    writeFileSync(file, '');
    symlinkSync('nothing', link);
    assert.equal(failureOf(file), `${file}: file already exists`);
    assert.equal(failureOf(join(file, 'a')), `${join(file, 'a')}: not a directory`);
    assert.equal(failureOf(link), `${link}: file already exists`);
    assert.equal(failureOf(join(link, 'a')), `${link}: file already exists`);
    assert.match(failureOf(''), /no such file or directory$/);
  });

  it('is refused at once in a folder that can have no other', {
    skip: !existsSync('/proc/self') && 'this system has no /proc',
  }, () => {
    assert.equal(failureOf('/proc/x'), '/proc/x: no such file or directory');
    assert.equal(failureOf('/proc/x/y/z'), '/proc/x: no such file or directory');
  });
});
