import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exec } from '../../../lib/client/index.ts';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';

const BOUNDED = { timeout: 180_000 } as const;
const ADA = { user: 'ada', password: 's3cret' } as const;

/** What is given, as a program in JavaScript may give it, and the whole message. */
const FAULTS: readonly (readonly [args: readonly unknown[], message: string])[] = [
  [['h', 'c'], 'options are missing; user and password are required'],
  [['h', 'c', null], 'options are missing; user and password are required'],
  [['h', 'c', 'ada'], 'options are missing; user and password are required'],
  [[undefined, 'c', ADA], 'host: invalid value undefined; allowed: string that is not empty'],
  [['', 'c', ADA], 'host: invalid value ""; allowed: string that is not empty'],
  [['h', ['ls', '-l'], ADA], 'command: invalid value of type Array; allowed: string'],
  [['h', undefined, ADA], 'command: invalid value undefined; allowed: string'],
  [['h', 'c', {}], 'option user is missing; allowed: string'],
  [['h', 'c', { user: 'ada' }], 'option password is missing; allowed: string, Uint8Array'],
  [['h', 'c', { ...ADA, password: undefined }], 'option password is missing; allowed: string, Uint8Array'],
  [['h', 'c', { ...ADA, password: 1234 }], 'option password: invalid value; allowed: string, Uint8Array'],
  [['h', 'c', { ...ADA, user: 1000 }], 'option user: invalid value 1000; allowed: string'],
  [['h', 'c', { ...ADA, timeout: 5 }], 'unknown option timeout; did you mean timeoutSeconds?'],
  [['h', 'c', { ...ADA, conectSeconds: 5 }], 'unknown option conectSeconds; did you mean connectSeconds?'],
  [['h', 'c', { ...ADA, colour: true }], 'unknown option colour'],
  [['h', 'c', { ...ADA, toString: 1 }], 'unknown option toString'],
  [
    ['h', 'c', { ...ADA, port: '512' }],
    'option port: invalid value "512"; allowed: whole number from 1 to 65535',
  ],
  [
    ['h', 'c', { ...ADA, port: 70_000 }],
    'option port: invalid value 70000; allowed: whole number from 1 to 65535',
  ],
  [['h', 'c', { ...ADA, family: 5 }], 'option family: invalid value 5; allowed: 4, 6'],
  [
    ['h', 'c', { ...ADA, timeoutSeconds: -1 }],
    'option timeoutSeconds: invalid value -1; allowed: number of seconds, 0 or greater',
  ],
  [
    ['h', 'c', { ...ADA, connectSeconds: Number.NaN }],
    'option connectSeconds: invalid value NaN; allowed: number of seconds, 0 or greater',
  ],
  [['h', 'c', { ...ADA, strict: 'yes' }], 'option strict: invalid value "yes"; allowed: true, false'],
  [['h', 'c', { ...ADA, signal: 'SIGTERM' }], 'option signal: invalid value "SIGTERM"; allowed: AbortSignal'],
  [['h', 'c', { ...ADA, onPhase: true }], 'option onPhase: invalid value true; allowed: function'],
  [
    ['h', 'c', { ...ADA, tls: 'on' }],
    'option tls: invalid value "on"; allowed: true, false, object with ca, cert, key, insecure, serverName',
  ],
  [
    ['h', 'c', { ...ADA, tls: { servername: 'h' } }],
    'unknown option tls.servername; did you mean tls.serverName?',
  ],
  [['h', 'c', { ...ADA, tls: { ca: 7 } }], 'option tls.ca: invalid value; allowed: string, Uint8Array'],
  [
    ['h', 'c', { ...ADA, capture: {} }],
    'option capture.maxBytes is missing; allowed: whole number, 1 or greater',
  ],
  [
    ['h', 'c', { ...ADA, capture: { maxBytes: 0.5 } }],
    'option capture.maxBytes: invalid value 0.5; allowed: whole number, 1 or greater',
  ],
];

describe('the options of exec()', BOUNDED, () => {
  for (const [args, message] of FAULTS)
    it(`are refused with "${message}" (D8)`, async () => {
      const remote = Reflect.apply(exec, undefined, args) as ReturnType<typeof exec>;
      const error = await remote.result.catch((each) => each);
      assert.deepEqual(
        [error.name, error.code, error.phase, error.message],
        ['ExecError', 'REXEC_REQUEST_INVALID', 'request', message],
      );
      await new Promise(setImmediate);
      assert.equal(remote.stdout.errored, error);
    });

  it('may be undefined if they need not be given', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\x01no\n');
      client.halfClose();
    });
    const options = { port: daemon.port, tls: undefined, capture: undefined, signal: undefined };
    const remote = Reflect.apply(exec, undefined, ['127.0.0.1', 'true', { ...ADA, ...options }]);
    await assert.rejects(remote.result, { code: 'REXEC_REFUSED' });
  });
});
