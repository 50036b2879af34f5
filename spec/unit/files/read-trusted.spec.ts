import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { readTrusted, type Trust } from '../../../lib/files/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';

const TRUST: Trust = { what: 'test file', forbidden: 0o077, rule: (mode) => `has mode ${mode}`, links: true };

/** A folder like the ones that Kubernetes mounts: `NAME` leads to `..data/NAME`, `..data` to a folder with a time. */
function mounted(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'rexecd-mounted-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o1777);
  version(folder, 'first');
  symlinkSync('..first', join(folder, '..data'));
  symlinkSync('..data/users', join(folder, 'users'));
  return folder;
}

function version(folder: string, name: string): void {
  mkdirSync(join(folder, `..${name}`), { mode: 0o755 });
  writeFileSync(join(folder, `..${name}`, 'users'), name, { mode: 0o600 });
}

/** As Kubernetes does it: a link beside it takes its name, and what it led to is removed. */
function swap(folder: string, before: string, name: string): void {
  version(folder, name);
  symlinkSync(`..${name}`, join(folder, '..data_tmp'));
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
  rmSync(join(folder, `..${before}`), { recursive: true });
}

describe('a trusted file', BOUNDED, () => {
  it('may be reached by links that nobody else can change, also after they were swapped', async (t) => {
    const folder = mounted(t);
    const path = join(folder, 'users');
    assert.equal(String(await readTrusted(path, TRUST)), 'first');
    swap(folder, 'first', 'second');
    assert.equal(String(await readTrusted(path, TRUST)), 'second');
  });

  it('is read while they are swapped', async (t) => {
    const folder = mounted(t);
    const path = join(folder, 'users');
    let before = 'first';
    for (let turn = 0; turn < 100; turn += 1) {
      const next = `v${turn}`;
      const reading = readTrusted(path, TRUST);
      await new Promise(setImmediate); // it is somewhere on the way
      swap(folder, before, next);
      assert.ok([before, next].includes(String(await reading)));
      before = next;
    }
  });

  it('is refused behind a folder that others can write to, which is named', async (t) => {
    const folder = mounted(t);
    for (const mode of [0o777, 0o775, 0o757]) {
      chmodSync(join(folder, '..first'), mode);
      const words = `test file ${join(folder, 'users')} leads through ${join(folder, '..first')}, which others can write to (chmod go-w)`;
      await assert.rejects(readTrusted(join(folder, 'users'), TRUST), { message: words });
    }
    chmodSync(join(folder, '..first'), 0o755);
    chmodSync(folder, 0o777); // without the sticky bit
    await assert.rejects(readTrusted(join(folder, 'users'), TRUST), /others can write to/);
  });

  it('is refused with a mode that it must not have, behind links too', async (t) => {
    const folder = mounted(t);
    for (const mode of [0o644, 0o640, 0o604, 0o602]) {
      chmodSync(join(folder, '..first/users'), mode);
      await assert.rejects(
        readTrusted(join(folder, 'users'), { ...TRUST, byGroup: true }),
        new RegExp(`has mode ${mode.toString(8)}`),
      );
    }
  });

  it('is missing when a link leads nowhere', async (t) => {
    const folder = mounted(t);
    rmSync(join(folder, '..first'), { recursive: true });
    await assert.rejects(readTrusted(join(folder, 'users'), TRUST), { code: 'ENOENT' });
  });

  it('is refused at the end of a circle, and when it is a folder', async (t) => {
    const folder = mounted(t);
    symlinkSync('circle', join(folder, 'circle'));
    symlinkSync('..', join(folder, 'up'));
    await assert.rejects(readTrusted(join(folder, 'circle'), TRUST), /leads through more than 40 links/);
    await assert.rejects(readTrusted(join(folder, 'up'), TRUST), /is not a regular file/);
  });

  it('is refused as a link where none may be', async (t) => {
    const path = join(mounted(t), 'users');
    await assert.rejects(readTrusted(path, { ...TRUST, links: false }), { code: 'ELOOP' });
  });
});
