import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  encodeLogin,
  encodeRequest,
  encodeRequestFrame,
  type RequestFrame,
} from '../../../../codec/index.ts';
import { command, password, port, requests, stdin, user } from '../../../vectors/request.ts';
import { latin1, utf8 } from '../../../vectors/vector.ts';

const refuses = (encode: () => unknown, code: string, field: string) =>
  assert.throws(encode, { name: 'CodecError', code, field });

describe('encodeRequestFrame', () => {
  for (const { name, wire, frames } of requests.filter((vector) => !vector.decodeOnly)) {
    it(`says the same bytes when ${name}`, () => {
      assert.equal(Buffer.concat(frames.map(encodeRequestFrame)).toString('latin1'), wire);
    });
  }

  it('says no port but 0 and 1024 to 65535', () => {
    for (const number of [1, 512, 1023, 65536, 102400, -1, 1.5, 1e21, Number.NaN, Number.POSITIVE_INFINITY])
      refuses(() => encodeRequestFrame(port(number)), 'REXEC_PORT_INVALID', 'stderrPort');
  });

  it('says no value that is longer than its limit', () => {
    const tooLong: RequestFrame[] = [
      user('u'.repeat(257)),
      user('é'.repeat(129)), // 258 bytes
      password('p'.repeat(257)),
      command('c'.repeat(8193)),
    ];
    for (const frame of tooLong) refuses(() => encodeRequestFrame(frame), 'REXEC_FIELD_TOO_LONG', frame.type);
    assert.equal(encodeRequestFrame(user('é'.repeat(128))).length, 257);
  });

  it('says no value that contains the terminator', () => {
    for (const frame of [user('a\0root'), password('\0'), command('id\0')])
      refuses(() => encodeRequestFrame(frame), 'REXEC_NUL_IN_FIELD', frame.type);
  });

  it('passes stdin through, NULs and all, without copying', () => {
    const frame = stdin('\0\0x');
    assert.equal(encodeRequestFrame(frame), frame.type === 'stdin' && frame.chunk);
  });
});

describe('encodeRequest', () => {
  it('says all four fields in one piece', () => {
    const request = { stderrPort: 1024, user: 'ada', password: 's3cret', command: 'id -u' };
    assert.equal(encodeRequest(request).toString('latin1'), '1024\0ada\0s3cret\0id -u\0');
  });

  it('wants no stderr channel unless told', () => {
    assert.equal(encodeRequest({ user: '', password: '', command: '' }).toString('latin1'), '0\0\0\0\0');
  });
});

describe('encodeLogin', () => {
  it('says a password of text as UTF-8', () => {
    const login = encodeLogin({ user: 'Zoë', password: 'pässwörd', command: 'écho' });
    assert.equal(login.toString('latin1'), utf8('Zoë\0pässwörd\0écho\0'));
  });

  it('says a password of bytes as it is, and leaves it to its owner', () => {
    const secret = Uint8Array.of(1, 0xff, 0x80);
    const login = encodeLogin({ user: 'a', password: secret, command: 'b' });
    assert.deepEqual(login, latin1('a\0\x01\xff\x80\0b\0'));
    assert.deepEqual(secret, Uint8Array.of(1, 0xff, 0x80));
    login.fill(0);
    assert.deepEqual(secret, Uint8Array.of(1, 0xff, 0x80));
  });

  it('says nothing of a login that has one bad field', () => {
    const good = { user: 'a', password: 'b', command: 'c' };
    refuses(() => encodeLogin({ ...good, user: 'a\0' }), 'REXEC_NUL_IN_FIELD', 'user');
    refuses(() => encodeLogin({ ...good, password: '\0' }), 'REXEC_NUL_IN_FIELD', 'password');
    refuses(() => encodeLogin({ ...good, command: 'c'.repeat(8193) }), 'REXEC_FIELD_TOO_LONG', 'command');
    refuses(() => encodeRequest({ ...good, stderrPort: 512 }), 'REXEC_PORT_INVALID', 'stderrPort');
  });
});
