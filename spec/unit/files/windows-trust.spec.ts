import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { type Forbidden, strangerTo } from '../../../lib/files/index.ts';
import { parseSecurity } from '../../../lib/native/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';

const ME = 'S-1-5-21-1-2-3-1001';
const OTHER = 'S-1-5-21-1-2-3-1002';
const [SYSTEM, ADMINISTRATORS, USERS, EVERYONE] = ['S-1-5-18', 'S-1-5-32-544', 'S-1-5-32-545', 'S-1-1-0'];
const INSTALLER = 'S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464';
const [FULL, READ, MODIFY] = [0x1f_01ff, 0x12_0089, 0x13_01bf];

const grant = (sid: string, rights: number, inheritOnly = false) => ({ sid, rights, inheritOnly });
const usual = [grant(SYSTEM, FULL), grant(ADMINISTRATORS, FULL), grant(ME, FULL)];
const secret: readonly Forbidden[] = ['write', 'read'];

/** A SID as Windows stores it. */
function sidBytes(sid: string): Buffer {
  const [, authority, ...parts] = sid.split('-').slice(1).map(Number) as [number, number, ...number[]];
  const bytes = Buffer.alloc(8 + parts.length * 4);
  bytes.writeUInt8(1, 0);
  bytes.writeUInt8(parts.length, 1);
  bytes.writeUIntBE(authority, 2, 6);
  for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, 8 + index * 4);
  return bytes;
}

/** An entry of a list; `between` comes before the SID. */
function entry(kind: number, flags: number, rights: number, sid: string, between = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(8);
  const tail = Buffer.concat([between, sidBytes(sid)]);
  head.writeUInt8(kind, 0);
  head.writeUInt8(flags, 1);
  head.writeUInt16LE(8 + tail.length, 2);
  head.writeUInt32LE(rights, 4);
  return Buffer.concat([head, tail]);
}

function descriptor(owner: string, entries: readonly Buffer[] | undefined): Buffer {
  const head = Buffer.alloc(20);
  const owned = sidBytes(owner);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(0x8004, 2);
  head.writeUInt32LE(20, 4);
  if (!entries) return Buffer.concat([head, owned]);
  head.writeUInt32LE(20 + owned.length, 16);
  const list = Buffer.concat([Buffer.alloc(8), ...entries]);
  list.writeUInt8(2, 0);
  list.writeUInt16LE(list.length, 2);
  list.writeUInt16LE(entries.length, 4);
  return Buffer.concat([head, owned, list]);
}

describe('a security descriptor of Windows', BOUNDED, () => {
  it('is read with its owner and with what is allowed to whom', () => {
    const bytes = descriptor(SYSTEM, [entry(0, 0, FULL, SYSTEM), entry(0, 8, READ, USERS)]);
    assert.deepEqual(parseSecurity(bytes), {
      owner: SYSTEM,
      grants: [grant(SYSTEM, FULL), grant(USERS, READ, true)],
    });
  });

  it('is read without entries that deny', () => {
    const bytes = descriptor(ME, [entry(1, 0, FULL, EVERYONE), entry(0, 0, READ, EVERYONE)]);
    assert.deepEqual(parseSecurity(bytes).grants, [grant(EVERYONE, READ)]);
  });

  it('is read with entries for objects and for programs that decide', () => {
    const guids = Buffer.alloc(4 + 32);
    guids.writeUInt32LE(3);
    const one = Buffer.alloc(4 + 16);
    one.writeUInt32LE(2);
    const bytes = descriptor(ME, [
      entry(5, 0, FULL, USERS, guids),
      entry(11, 0, READ, OTHER, one),
      entry(9, 0, MODIFY, EVERYONE),
    ]);
    assert.deepEqual(parseSecurity(bytes).grants, [
      grant(USERS, FULL),
      grant(OTHER, READ),
      grant(EVERYONE, MODIFY),
    ]);
  });

  it('lets everyone do everything if it has no list', () => {
    assert.equal(parseSecurity(descriptor(ME, undefined)).grants, undefined);
  });

  it('is refused with an entry of a kind that is not known', () => {
    assert.throws(() => parseSecurity(descriptor(ME, [entry(99, 0, FULL, ME)])), /unknown kind 99/);
  });

  it('is refused if it is cut short anywhere', () => {
    const bytes = descriptor(ME, [entry(0, 0, FULL, SYSTEM), entry(0, 0, READ, OTHER)]);
    for (let length = 0; length < bytes.length; length += 1)
      assert.throws(() => parseSecurity(bytes.subarray(0, length)), RangeError, `${length} bytes`);
  });
});

describe('a stranger to a file on Windows', BOUNDED, () => {
  const found = (owner: string, grants: ReturnType<typeof grant>[], forbidden = secret) =>
    strangerTo({ owner, grants }, forbidden, ME);

  for (const owner of [ME, SYSTEM, ADMINISTRATORS, INSTALLER])
    it(`is nobody if ${owner} owns it and the usual ones may use it`, () =>
      assert.equal(found(owner, usual), undefined));

  it('is an owner who is another account', () => {
    assert.deepEqual(found(OTHER, usual), { sid: OTHER, can: 'own' });
  });

  for (const [what, rights, can] of [
    ['full access', FULL, 'write'],
    ['modification', MODIFY, 'write'],
    ['data', 0x2, 'write'],
    ['more data', 0x4, 'write'],
    ['deletion', 0x1_0000, 'write'],
    ['its rights', 0x4_0000, 'write'],
    ['its owner', 0x8_0000, 'write'],
    ['GENERIC_ALL', 0x1000_0000, 'write'],
    ['GENERIC_WRITE', 0x4000_0000, 'write'],
    ['reading', READ, 'read'],
    ['GENERIC_READ', 0x8000_0000, 'read'],
  ] as const)
    it(`is one who is allowed ${what}`, () => {
      for (const sid of [OTHER, USERS, EVERYONE])
        assert.deepEqual(found(ME, [...usual, grant(sid, rights)]), { sid, can });
    });

  it('is not one who may only read what is no secret', () => {
    assert.equal(found(ME, [...usual, grant(USERS, READ)], ['write']), undefined);
  });

  it('is not one who may only execute it, or see its attributes', () => {
    assert.equal(found(ME, [...usual, grant(USERS, 0x10_00a0)]), undefined);
  });

  it('is not the account of the service if it may read, and is if it may write', () => {
    const service = 'S-1-5-80-3393874504-618588118-224755693-843464333-1561102004';
    const hash = createHash('sha1').update(Buffer.from('REXECD', 'utf16le')).digest();
    const parts = [0, 4, 8, 12, 16].map((at) => hash.readUInt32LE(at));
    assert.equal(service, ['S-1-5-80', ...parts].join('-')); // as Windows makes it of the name
    assert.equal(found(ME, [...usual, grant(service, READ)]), undefined);
    assert.deepEqual(found(ME, [...usual, grant(service, MODIFY)]), { sid: service, can: 'write' });
  });

  it('is not one who may only use what will be made in a folder', () => {
    assert.equal(found(ME, [...usual, grant(USERS, FULL, true)]), undefined);
  });

  it('is everyone for a file without a list', () => {
    assert.deepEqual(strangerTo({ owner: ME, grants: undefined }, secret, ME), {
      sid: EVERYONE,
      can: 'write',
    });
  });

  it('is one who can delete from a folder of programs, and not one who can only make folders in it', () => {
    assert.equal(found(SYSTEM, [...usual, grant(USERS, 0x4)], ['replace']), undefined);
    assert.deepEqual(found(SYSTEM, [...usual, grant(USERS, 0x40)], ['replace']), {
      sid: USERS,
      can: 'replace',
    });
  });
});
