import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { installedFilesOn } from '../../../lib/base/index.ts';

describe('the files of an installed daemon', () => {
  it('are in a folder of their own in ProgramData on Windows', () => {
    for (const [given, folder] of [
      ['D:\\Data', 'D:\\Data\\rexecd'],
      [undefined, 'C:\\ProgramData\\rexecd'],
    ] as const)
      assert.deepEqual(installedFilesOn('win32', given), {
        settings: `${folder}\\rexecd.toml`,
        policy: `${folder}\\policy.toml`,
        users: `${folder}\\users`,
        log: `${folder}\\rexecd.log`,
      });
  });

  it('do not depend on ProgramData elsewhere, where no users file is served by default', () => {
    const { settings, users } = installedFilesOn('linux', 'D:\\Data');
    assert.deepEqual([settings, users], ['/etc/rexecd/rexecd.toml', '']);
  });
});
