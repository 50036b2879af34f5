import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REXEC_EXIT } from '../../lib/cli/programs/exit-codes.ts';
import { PASSWORD, startDaemon, USER } from '../support/daemon.ts';
import { type Script, startFakeDaemon } from '../support/fake-daemon.ts';
import { PATIENT, run, start } from '../support/program.ts';

const HOST = '127.0.0.1';
const LOGIN = ['-l', 'ada', '-p', 'x'] as const;
const NOBODY_LISTENS = '1'; // tcpmux

const USAGE = [
  ['no host', [], /^rexec: needs a host and a command\n$/],
  ['no command', [HOST], /^rexec: needs a host and a command\n$/],
  ['no command after options', [HOST, '-l', 'ada'], /^rexec: needs a host and a command\n$/],
  ['an unknown option', ['--nope', HOST, 'true'], /^rexec: .*--nope.*\n$/],
  ['an unknown option after the host', [HOST, '--nope', 'true'], /^rexec: .*--nope.*\n$/],
  ['an option without its value', ['-l'], /^rexec: .*-l, --user <name>.*\n$/],
  ['port 0', ['--port', '0', HOST, 'true'], /^rexec: .*--port.*1 to 65535\.\n$/],
  ['port 65536', ['--port', '65536', HOST, 'true'], /^rexec: .*--port.*1 to 65535\.\n$/],
  ['a port that is no number', ['--port', '5l2', HOST, 'true'], /^rexec: .*--port.*5l2.*\n$/],
] as const;

const INVALID = [
  ['a user of 257 bytes', ['-l', 'u'.repeat(257), '-p', 'x', HOST, 'true'], /^rexec: user is 257 bytes.*\n$/],
  ['a password of 257 bytes', ['-p', 'p'.repeat(257), HOST, 'true'], /^rexec: password is 257 bytes.*\n$/],
  ['a command of 8193 bytes', ['-p', 'x', HOST, 'c'.repeat(8193)], /^rexec: command is 8193 bytes.*\n$/],
] as const;

const ANSWERS: readonly (readonly [what: string, code: number, stderr: RegExp, script: Script])[] = [
  [
    'a connection that ends before the answer',
    REXEC_EXIT.REXEC_LOST,
    /^rexec: the connection ended before the daemon answered\n$/,
    async (client) => {
      await client.login();
      client.halfClose();
    },
  ],
  [
    'a daemon that speaks another protocol',
    REXEC_EXIT.REXEC_PROTOCOL,
    /^rexec: reply begins with byte 83, not 0 or 1\n$/,
    (client) => client.send('SSH-2.0-x\r\n'),
  ],
  [
    'a refusal, its control characters escaped',
    REXEC_EXIT.REXEC_REFUSED,
    /^rexec: no\\u001b\[2J\n$/,
    async (client) => {
      await client.login();
      await client.send('\x01no\x1b[2J\r\n');
    },
  ],
  [
    'a daemon that does not connect back',
    REXEC_EXIT.REXEC_NO_STDERR,
    /^rexec: the daemon does not connect back.*\n$/,
    (client) => client.field(),
  ],
];

describe('the exit code of rexec', PATIENT, () => {
  for (const [what, args, says] of USAGE)
    it(`is ${REXEC_EXIT.usage} for ${what}, told in one line`, async (t) => {
      const { stdout, stderr, status } = await run(t, 'rexec', args);
      assert.deepEqual([stdout, status], ['', REXEC_EXIT.usage]);
      assert.match(stderr, says);
    });

  for (const [what, args, says] of INVALID)
    it(`is ${REXEC_EXIT.REXEC_REQUEST_INVALID} for ${what}, told in one line`, async (t) => {
      const { stderr, status } = await run(t, 'rexec', args);
      assert.equal(status, REXEC_EXIT.REXEC_REQUEST_INVALID);
      assert.match(stderr, says);
    });

  for (const [what, host] of [
    ['a port where nobody listens', HOST],
    ['a host without an address', 'no-such-host.invalid'],
  ] as const)
    it(`is ${REXEC_EXIT.REXEC_UNREACHABLE} for ${what}, told in one line`, async (t) => {
      const { stderr, status } = await run(t, 'rexec', [...LOGIN, '--port', NOBODY_LISTENS, host, 'true']);
      assert.equal(status, REXEC_EXIT.REXEC_UNREACHABLE);
      assert.match(stderr, /^rexec: .*(ECONNREFUSED|no-such-host\.invalid).*\n$/);
    });

  it(`is ${REXEC_EXIT.REXEC_REFUSED} for a wrong password, told in one line`, async (t) => {
    const { port } = await startDaemon(t);
    const { stderr, status } = await run(t, 'rexec', [
      '-l',
      USER,
      '-p',
      'no',
      '--port',
      `${port}`,
      HOST,
      'true',
    ]);
    assert.deepEqual([stderr, status], ['rexec: Login incorrect.\n', REXEC_EXIT.REXEC_REFUSED]);
  });

  for (const [what, code, says, script] of ANSWERS)
    it(`is ${code} for ${what}, told in one line`, async (t) => {
      const { port } = await startFakeDaemon(t, script);
      const { stderr, status } = await run(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, 'true']);
      assert.equal(status, code);
      assert.match(stderr, says);
    });

  it(`is ${REXEC_EXIT.REXEC_LOST} for a connection that breaks, after the output that arrived`, async (t) => {
    const seen = Promise.withResolvers<void>();
    const { port } = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0some');
      await seen.promise;
      client.reset();
    });
    const program = start(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, 'true']);
    await program.says(/some/);
    seen.resolve();
    const { stdout, stderr, status } = await program.end();
    assert.deepEqual([stdout, status], ['some', REXEC_EXIT.REXEC_LOST]);
    assert.match(stderr, /^rexec: .*ECONNRESET\n$/);
  });

  it('is 0 where a daemon does not tell it', async (t) => {
    const { port } = await startFakeDaemon(t, async (client) => {
      const { channel } = await client.login();
      await client.send('\0out');
      client.halfClose();
      channel.halfClose();
    });
    const ended = await run(t, 'rexec', ['-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'exit 7']);
    assert.deepEqual(ended, { stdout: 'out', stderr: '', status: 0 });
  });
});
