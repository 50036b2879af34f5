import assert from 'node:assert/strict';
import { chmodSync, chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { ON_WINE, onWine, prepareWine, type WineFolder, wineFolder } from './support/wine.ts';

const PRELUDE = `
import { readTrusted, replaceFile, locked } from './lib/files/index.ts';
const trust = (forbidden, links = true) => ({ what: 'users file', forbidden, rule: () => 'has a mode', links });
const outcome = (work) => work().then((value) => ({ value: String(value) }), (error) => ({ error: error.message }));
const say = (value) => process.stdout.write(JSON.stringify(value));
`;

interface Outcome {
  readonly value?: string;
  readonly error?: string;
}

/** A file as Linux made it: Wine shows its mode and owner as an access control list. */
function fileOf(t: TestContext, mode: number, uid = 0): [WineFolder, string] {
  const folder = wineFolder(t);
  const path = join(folder.path, 'users');
  writeFileSync(path, 'some:text');
  chmodSync(path, mode);
  if (uid !== 0) chownSync(path, uid, 0);
  return [folder, JSON.stringify(folder.at('users'))];
}

const read = (folder: WineFolder, path: string, forbidden: string, links = true): Promise<Outcome> =>
  onWine(folder, `${PRELUDE} say(await outcome(() => readTrusted(${path}, trust(${forbidden}, ${links}))))`);

describe('a file that is to be trusted, on Windows', ON_WINE, () => {
  before(prepareWine);

  it('is read if only SYSTEM and this account can use it', async (t) => {
    const [folder, path] = fileOf(t, 0o600);
    assert.deepEqual(await read(folder, path, '0o077'), { value: 'some:text' });
  });

  it('is refused if Everyone can read it and it is secret, and read if it is not', async (t) => {
    const [folder, path] = fileOf(t, 0o644);
    const { error } = await read(folder, path, '0o077');
    assert.equal(
      error,
      `users file ${folder.at('users')} can be read by Everyone; only SYSTEM, Administrators and this account may (icacls)`,
    );
    assert.deepEqual(await read(folder, path, '0o022'), { value: 'some:text' });
  });

  it('is refused if Everyone can change it', async (t) => {
    const [folder, path] = fileOf(t, 0o666);
    assert.match((await read(folder, path, '0o022')).error!, /\\users can be changed by Everyone; only /);
  });

  it('is refused if it belongs to another account', {
    skip: process.getuid?.() !== 0 && 'needs root',
  }, async (t) => {
    const [folder, path] = fileOf(t, 0o600, 65_534);
    assert.match(
      (await read(folder, path, '0o022')).error!,
      /is owned by NT AUTHORITY\\ANONYMOUS LOGON; it must/,
    );
  });

  it('is refused if it is a folder', async (t) => {
    const folder = wineFolder(t);
    const { error } = await read(folder, JSON.stringify(folder.at('.')), '0o022');
    assert.match(error!, /is not a regular file$/);
  });

  it('is written so that only SYSTEM, Administrators and this account can read it if its mode says so', async (t) => {
    const folder = wineFolder(t);
    const path = JSON.stringify(folder.at('new'));
    const rights = await onWine<{ owner: string; grants: { sid: string; rights: number }[] }>(
      folder,
      `${PRELUDE} import { securityOfPath } from './lib/native/index.ts';
      await replaceFile(${path}, 'x', 0o600); say(securityOfPath(${path}))`,
    );
    assert.deepEqual(rights.grants.map(({ sid }) => sid).sort(), ['S-1-5-18', rights.owner].sort());
    assert.deepEqual(await read(folder, path, '0o077', false), { value: 'x' });
    assert.deepEqual(
      readdirSync(folder.path).filter((name) => name.startsWith('new')),
      ['new'],
    );
  });

  it('is changed by one program at a time', async (t) => {
    const [folder, path] = fileOf(t, 0o600);
    const [inner, later] = await onWine<[Outcome, Outcome]>(
      folder,
      `${PRELUDE} const inner = await locked(${path}, () => outcome(() => locked(${path}, async () => 1, 200)));
      say([inner, await outcome(() => locked(${path}, async () => 2))])`,
    );
    assert.match(inner.error!, /is locked by another program \(lock file /);
    assert.deepEqual(later, { value: '2' });
    assert.equal(existsSync(join(folder.path, 'users.lock')), false);
  });
});

describe('an access control list of Windows itself', ON_WINE, () => {
  before(prepareWine);

  /** SDDL, and who is a stranger to a secret by it. */
  const LISTS: readonly (readonly [what: string, sddl: string, stranger: string])[] = [
    ['the usual ones', 'O:SYD:P(A;;FA;;;SY)(A;;FA;;;BA)', 'none'],
    ['nobody', 'O:BAD:P', 'none'],
    ['no list', 'O:BA', 'S-1-1-0 write'],
    ['users who read', 'O:BAD:(A;;FA;;;SY)(A;;FR;;;BU)', 'S-1-5-32-545 read'],
    ['users who execute', 'O:BAD:(A;;FA;;;SY)(A;;0x100020;;;BU)', 'none'],
    ['everyone', 'O:BAD:(A;;GA;;;WD)', 'S-1-1-0 write'],
    ['guests of a folder', 'O:BAD:(A;OICIIO;GA;;;BG)', 'none'],
    ['network service', 'O:BAD:(D;;FR;;;NS)(A;;FW;;;NS)', 'S-1-5-20 write'],
    ['an account as the owner', 'O:S-1-5-21-1-2-3-1002D:P(A;;FA;;;SY)', 'S-1-5-21-1-2-3-1002 own'],
    ['the owner himself', 'O:SYD:(A;;FA;;;CO)(A;;FA;;;OW)', 'none'],
  ];

  it('is understood as its text in SDDL says', async (t) => {
    const found = await onWine<string[]>(
      wineFolder(t),
      `${PRELUDE} import { strangerTo } from './lib/files/index.ts';
      import { koffi } from './lib/native/koffi.ts';
      import { windows } from './lib/native/windows/library.ts';
      import { parseSecurity } from './lib/native/index.ts';
      const make = windows('advapi32.dll', 'bool __stdcall ConvertStringSecurityDescriptorToSecurityDescriptorW(str16 text, uint32_t revision, _Out_ void **made, _Out_ uint32_t *size)');
      say(${JSON.stringify(LISTS.map(([, sddl]) => sddl))}.map((sddl) => {
        const [made, size] = [[null], [0]];
        if (!make(sddl, 1, made, size)) return 'not made';
        const bytes = Buffer.from(koffi.decode(made[0], koffi.array('uint8_t', size[0], 'Typed')));
        const stranger = strangerTo(parseSecurity(bytes), ['write', 'read'], 'S-1-5-21-1-2-3-1001');
        return stranger ? stranger.sid + ' ' + stranger.can : 'none';
      }))`,
    );
    assert.deepEqual(
      LISTS.map(([what], index) => [what, found[index]]),
      LISTS.map(([what, , stranger]) => [what, stranger]),
    );
  });
});
