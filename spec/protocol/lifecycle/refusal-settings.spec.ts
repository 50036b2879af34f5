import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { refusedBy } from '../../../lib/login/index.ts';
import { keyOf } from '../../../lib/settings/index.ts';
import { anyone, BOUNDED, request, startDaemon } from '../../support/daemon/daemon.ts';

describe('the cause that is logged for a refused request (C6)', BOUNDED, () => {
  for (const [setting, value, bytes] of [
    ['lowestStderrPort', 1024, '1022\0'],
    ['lowestStderrPort', 40_000, '39999\0'],
    ['requestSeconds', 0.1, '0\0ada'],
    ['requireHome', true, request('true')],
  ] as const)
    it(`names ${setting} for ${JSON.stringify(bytes)}`, async (t) => {
      const authenticator = anyone({ home: '/no/such/home' });
      const daemon = await startDaemon(t, { authenticator, [setting]: value });
      assert.match(await daemon.answer(bytes), /^\x01/);
      assert.match(
        String((await daemon.events.seen('requestRefused')).cause),
        new RegExp(`[ (]${keyOf(setting)}[ )]`),
      );
    });

  for (const port of ['65536', 'abc', '-1'])
    it(`names no setting for a stderr port that none allows: ${port}`, async (t) => {
      const daemon = await startDaemon(t);
      assert.equal(await daemon.answer(`${port}\0`), '\x01invalid stderr port\n');
      const { cause } = await daemon.events.seen('requestRefused');
      assert.equal(cause, 'the stderr port must be 0 or from 1 to 65535');
    });
});

const OPEN = {
  allowRoot: true,
  minimumUid: 0,
  allowUsers: [],
  denyUsers: [],
  allowGroups: [],
  denyGroups: [],
  shells: 'usable',
  nologin: true,
} as const;
const QUIET = { listedShells: ['/bin/sh'], nologinFile: undefined };
const ada = { user: 'ada', uid: 1000, gid: 1000, groups: [1000], home: '/', shell: '/bin/bash' };

describe('the cause that is logged for a refused login (C6)', () => {
  for (const [setting, rules, identity = {}, machine = {}] of [
    ['allowRoot', { allowRoot: false }, { user: 'root', uid: 0 }],
    ['minimumUid', { minimumUid: 1001 }],
    ['denyUsers', { denyUsers: ['ada'] }],
    ['denyGroups', { denyGroups: ['video'] }],
    ['allowUsers', { allowUsers: ['bob'] }],
    ['allowGroups', { allowGroups: ['audio'] }],
    ['shells', {}, { shell: '/usr/sbin/nologin' }],
    ['shells', { shells: 'listed' }],
    ['nologin', {}, {}, { nologinFile: '/run/motd' }],
  ] as const)
    it(`names ${setting}: ${JSON.stringify({ ...rules, ...identity, ...machine })}`, () => {
      const cause = refusedBy({ ...OPEN, ...rules }, { ...ada, ...identity }, ['video'], {
        ...QUIET,
        ...machine,
      });
      const named = cause?.replaceAll(/\/\S+/g, ''); // paths left out
      assert.match(String(named), new RegExp(`\\b${setting}\\b`));
    });
});
