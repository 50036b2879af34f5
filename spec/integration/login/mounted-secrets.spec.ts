import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { BOUNDED, cheapHash } from '../../support/daemon/daemon.ts';
import { ROOT } from '../../support/program.ts';

const ACCOUNT = 64_512;
const GROUP = 64_513; // of which the account is
const OTHER = 64_514;
const NEEDS = process.getuid?.() !== 0 && 'files of several owners take root';

/** Lists the users of a file as an account: `denied` for one that it may not even read. */
const AS_ACCOUNT = `
  import { readUsersText, parseUsers } from ${JSON.stringify(join(ROOT, 'lib/login/users-file/file.ts'))};
  const [path, ...groups] = process.argv.slice(1);
  process.setgroups(groups.map(Number));
  process.setgid(${ACCOUNT});
  process.setuid(${ACCOUNT});
  try {
    console.log([...parseUsers(path, await readUsersText(path)).keys()].join(' '));
  } catch (error) {
    console.log(error.code === 'EACCES' ? 'denied' : error.message.replaceAll(path, 'PATH'));
  }
`;

function listed(path: string, groups: readonly number[] = [GROUP]): string {
  const words = ['--input-type=module', '--eval', AS_ACCOUNT, path, ...groups.map(String)];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  return stdout.trim();
}

/** A secret that Kubernetes has mounted for a group of the pod (fsGroup). */
function secret(t: TestContext): { folder: string; path: string; file: string } {
  const folder = mkdtempSync(join(tmpdir(), 'rexecd-secret-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, '..2026/users');
  mkdirSync(join(folder, '..2026'));
  writeFileSync(file, `ada:${cheapHash('s3cret')}\n`);
  symlinkSync('..2026', join(folder, '..data'));
  symlinkSync('..data/users', join(folder, 'users'));
  for (const each of [folder, join(folder, '..2026'), file]) chownSync(each, 0, GROUP);
  chmodSync(file, 0o440);
  chmodSync(join(folder, '..2026'), 0o2755);
  chmodSync(folder, 0o3777);
  return { folder, path: join(folder, 'users'), file };
}

describe('a users file of root', { ...BOUNDED, skip: NEEDS }, () => {
  it('may be readable by a group of the account, as Kubernetes mounts a secret', (t) => {
    const { path, file } = secret(t);
    assert.equal(listed(path), 'ada');
    chmodSync(file, 0o640);
    assert.equal(listed(path), 'ada');
    assert.equal(listed(path, []), 'denied');
    assert.equal(listed(file), 'ada'); // without links
  });

  for (const mode of [0o444, 0o644, 0o460, 0o660, 0o450, 0o441, 0o442])
    it(`is refused when more than that is allowed, with mode ${mode.toString(8)}`, (t) => {
      const { path, file } = secret(t);
      chmodSync(file, mode);
      assert.match(listed(path), new RegExp(`^users file PATH has mode ${mode.toString(8)}: only its owner`));
    });

  it('is refused when everybody can read it, and its group is not one of the account', (t) => {
    const { path, file } = secret(t);
    chmodSync(file, 0o444);
    assert.match(listed(path, []), /has mode 444/);
  });

  it('is refused when it is of the account, which need not share it', (t) => {
    const { path, file } = secret(t);
    chownSync(file, ACCOUNT, GROUP);
    assert.match(listed(path), /has mode 440/);
    chmodSync(file, 0o400);
    assert.equal(listed(path), 'ada');
  });

  it('is refused when another account owns it, whichever links lead there', (t) => {
    const { path, file } = secret(t);
    chownSync(file, OTHER, GROUP);
    assert.match(listed(path), /has mode 440/);
    chownSync(file, OTHER, OTHER);
    chmodSync(file, 0o604);
    assert.match(listed(path), /has mode 604/);
  });

  for (const name of ['users', '..data'])
    it(`is refused behind the link ${name} of another account, also in a folder that all may write to`, (t) => {
      const { folder, path } = secret(t);
      lchownSync(join(folder, name), OTHER, OTHER);
      assert.equal(
        listed(path),
        `users file PATH leads through ${name === 'users' ? 'PATH' : join(folder, name)}, which is owned by uid ${OTHER}; it must be owned by root or by this account`,
      );
    });

  it('is refused behind a folder of another account', (t) => {
    const { folder, path } = secret(t);
    chownSync(join(folder, '..2026'), OTHER, GROUP);
    assert.match(listed(path), /leads through .*\.\.2026, which is owned by uid/);
  });

  it('is refused behind a folder that its group can write to, unless it is sticky', (t) => {
    const { folder, path } = secret(t);
    chmodSync(folder, 0o1775);
    assert.equal(listed(path), 'ada');
    chmodSync(folder, 0o2775);
    assert.match(listed(path), /leads through .*, which others can write to \(chmod go-w\)$/);
  });
});
