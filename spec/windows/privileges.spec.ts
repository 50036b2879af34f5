import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ON_WINE, onWine, prepareWine, wineFolder, wineNode } from './support/wine.ts';

const PAGE = ['SeAssignPrimaryTokenPrivilege', 'SeIncreaseQuotaPrivilege', 'SeTcbPrivilege'];
const DUTIES = '{ listensOn: 512, servesAccounts: true, changesReaders: false }';

describe('the privileges of the page, on Windows', ON_WINE, () => {
  before(prepareWine);

  it('[-debug] are read from the token: Wine gives two of the three', async (t) => {
    const { held, missing } = await onWine<{ held: string[]; missing: Record<string, string>[] }>(
      wineFolder(t),
      `import { missingPrivileges, thisHolder } from './lib/service/index.ts';
      const holder = await thisHolder();
      process.stdout.write(JSON.stringify({
        held: [...holder.held],
        missing: missingPrivileges(${DUTIES}, holder),
      }))`,
    );
    assert.ok(held.length > 10 && held.every((name) => /^Se\w+Privilege$/.test(name)), held.join());
    assert.deepEqual(
      PAGE.filter((name) => held.includes(name)),
      ['SeIncreaseQuotaPrivilege', 'SeTcbPrivilege'],
    );
    assert.deepEqual(missing, [
      {
        privilege: 'SeAssignPrimaryTokenPrivilege',
        purpose: 'replace a process level token',
        grant: 'priv -a SeAssignPrimaryTokenPrivilege',
      },
    ]);
  });

  it('are not in a token that they were removed from (control)', async (t) => {
    const held = await onWine<string[]>(
      wineFolder(t),
      `import { ownPrivileges } from './lib/native/index.ts';
      import { windows } from './lib/native/windows/library.ts';
      const open = windows('advapi32.dll', 'bool __stdcall OpenProcessToken(intptr_t process, uint32_t access, _Out_ intptr_t *token)');
      const adjust = windows('advapi32.dll', 'bool __stdcall AdjustTokenPrivileges(intptr_t token, bool all, uint8_t *privileges, uint32_t size, intptr_t before, intptr_t needed)');
      const token = [0];
      open(-1, 0x20 | 0x8, token);
      const tcb = Buffer.alloc(16); // one privilege, number 7, to be removed
      tcb.writeUInt32LE(1, 0);
      tcb.writeUInt32LE(7, 4);
      tcb.writeUInt32LE(4, 12);
      if (!adjust(token[0], false, tcb, 0, 0, 0)) throw new Error('not removed');
      process.stdout.write(JSON.stringify([...ownPrivileges()]))`,
    );
    assert.ok(held.includes('SeIncreaseQuotaPrivilege'), held.join());
    assert.ok(!held.includes('SeTcbPrivilege'), held.join());
  });

  it('have the account of this process and its name beside them', async (t) => {
    const { stdout, status, stderr } = await wineNode(
      wineFolder(t),
      `import { nameOfSid, ownSid } from './lib/native/index.ts';
      console.log(ownSid(), nameOfSid(ownSid()), nameOfSid('S-1-5-32-544'), nameOfSid('S-1-5-21-9-9-9-9'))`,
    );
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^S-1-5-21-0-0-0-1000 \S+\\\S+ BUILTIN\\Administrators S-1-5-21-9-9-9-9\r?\n$/);
  });
});
