import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { FileLockedError, locked } from '../../../lib/files/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { eventually, within } from '../../support/peer.ts';
import { Program, ROOT, temporaryFolder } from '../../support/program.ts';

/** A program that holds the lock until it is killed. */
const HOLDER = `import { locked } from '${ROOT}lib/files/index.ts';
await locked(process.argv[1], () => new Promise(() => setInterval(() => {}, 1000)));`;

describe('a file that is locked (E3, E4)', BOUNDED, () => {
  it('is changed by one process at a time, whatever comes of the change', async (t) => {
    const path = join(temporaryFolder(t), 'x.toml');
    const seen: string[] = [];
    const work = (name: string) =>
      locked(path, async () => {
        seen.push(`${name} begins`);
        await new Promise(setImmediate);
        seen.push(`${name} ends`);
        if (name === 'b') throw new Error('no');
      }).catch(() => {});
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map(work));
    assert.equal(seen.length, 10);
    for (const [index, line] of seen.entries())
      if (index % 2 === 1) assert.equal(line, seen[index - 1]!.replace('begins', 'ends'));
    assert.deepEqual(readdirSync(join(path, '..')), []);
  });

  it('is free once its holder is killed, and busy until then', async (t) => {
    const path = join(temporaryFolder(t), 'x.toml');
    const words = ['--input-type=module', '--eval', HOLDER, path];
    const holder = new Program(t, process.execPath, words);
    await eventually(() => existsSync(`${path}.lock`), 'the lock is taken');
    await eventually(
      () =>
        locked(path, async () => {}, 0).then(
          () => false,
          () => true,
        ),
      'it is held',
    );
    await assert.rejects(
      locked(path, async () => assert.fail('it is held'), 30),
      (error) => {
        assert.ok(error instanceof FileLockedError, String(error));
        assert.equal(
          error.message,
          `${path} is locked by another program (lock file ${path}.lock); try again`,
        );
        return true;
      },
    );
    assert.equal(statSync(`${path}.lock`).mode & 0o777, 0o600, 'no other account can take it');
    holder.child.kill('SIGKILL');
    await within(holder.ended, 'the holder to end');
    assert.equal(await locked(path, async () => 'done'), 'done');
  });

  for (const text of ['', '0\n', `${process.pid}\n`, '1\n', 'x'.repeat(100)])
    it(`is free although a lock file with ${JSON.stringify(text.slice(0, 9))} was left behind`, async (t) => {
      const path = join(temporaryFolder(t), 'x.toml');
      writeFileSync(`${path}.lock`, text);
      assert.equal(await locked(path, async () => 'done', 0), 'done');
      assert.ok(!existsSync(`${path}.lock`));
    });
});
