import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecError, encodeRefused } from '../../../codec/index.ts';
import { refusalFor, SessionError } from '../../../lib/connection/index.ts';
import { LaunchError } from '../../../lib/launch/index.ts';
import { LoginError } from '../../../lib/login/index.ts';

const codec = (...[code, field]: ConstructorParameters<typeof CodecError>) =>
  new CodecError(code, field, 'secret');

const LINES: readonly [error: unknown, line: string | null][] = [
  [codec('REXEC_FIELD_TOO_LONG', 'stderrPort', ''), 'port too long'],
  [codec('REXEC_FIELD_TOO_LONG', 'user', ''), 'username too long'],
  [codec('REXEC_FIELD_TOO_LONG', 'password', ''), 'password too long'],
  [codec('REXEC_FIELD_TOO_LONG', 'command', ''), 'command too long'],
  [codec('REXEC_PORT_INVALID', 'stderrPort', ''), 'invalid stderr port'],
  [codec('REXEC_TRUNCATED', 'stderrPort', ''), 'EOF reading port'],
  [codec('REXEC_TRUNCATED', 'user', ''), 'EOF reading username'],
  [codec('REXEC_TRUNCATED', 'password', ''), 'EOF reading password'],
  [codec('REXEC_TRUNCATED', 'command', ''), 'EOF reading command'],
  [new SessionError('REXEC_BUSY', 'secret'), 'Try again.'],
  [new SessionError('REXEC_STOPPING', 'secret'), 'Try again.'],
  [new SessionError('REXEC_REQUEST_TIMEOUT', 'secret'), 'Timed out.'],
  [new SessionError('REXEC_STDERR_UNREACHABLE', 'secret'), 'Cannot connect to the stderr port.'],
  [new SessionError('REXEC_PEER_VANISHED', 'secret'), null],
  [new LoginError('secret'), 'Login incorrect.'],
  [new LaunchError('secret'), 'Try again.'],
  [new Error('secret'), 'Try again.'],
  [Object.assign(new Error('secret'), { code: 'ENOENT' }), 'Try again.'],
  [Object.assign(new Error('secret'), { code: 'toString' }), 'Try again.'],
  [Object.assign(new Error('secret'), { code: '__proto__' }), 'Try again.'],
  ['secret', 'Try again.'],
  [undefined, 'Try again.'],
];

describe('the line a refused peer reads', () => {
  for (const [error, line] of LINES) {
    const { code = String(error), field = '' } = Object(error) as { code?: string; field?: string };
    it(`is ${JSON.stringify(line)} for ${code} ${field}`, () => {
      assert.equal(refusalFor(error), line);
      if (line !== null) assert.doesNotThrow(() => encodeRefused(line));
    });
  }

  it('never tells the cause', () => {
    for (const [error] of LINES) assert.doesNotMatch(refusalFor(error) ?? '', /secret/);
  });

  it('is none for a peer that has not sent a byte and left', () => {
    assert.equal(refusalFor(codec('REXEC_TRUNCATED', 'stderrPort', ''), true), null);
  });

  it('is one for a peer that has not sent a byte and still listens', () => {
    assert.equal(refusalFor(new SessionError('REXEC_REQUEST_TIMEOUT', ''), true), 'Timed out.');
    assert.equal(refusalFor(new SessionError('REXEC_STOPPING', ''), true), 'Try again.');
  });
});
