import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { REXEC_EXIT } from '../../../lib/cli/programs/common/exit-codes.ts';
import { PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { type Script, startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { PATIENT, run, start } from '../../support/program.ts';

const HOST = '127.0.0.1';
const LOGIN = ['-l', 'ada', '-p', 'x'] as const;
const NOBODY_LISTENS = '1'; // tcpmux

const USAGE = [
  ['no host', [], /^rexec: missing host or command \(see --help\)\n$/],
  ['no command', [HOST], /^rexec: missing host or command \(see --help\)\n$/],
  ['no command after options', [HOST, '-l', 'ada'], /^rexec: missing host or command \(see --help\)\n$/],
  ['an unknown option', ['--nope', HOST, 'true'], /^rexec: .*--nope.*\n$/],
  ['an unknown option after the host', [HOST, '--nope', 'true'], /^rexec: .*--nope.*\n$/],
  ['an option without its value', ['-l'], /^rexec: .*-l, --user <name>.*\n$/],
  ['port 0', ['--port', '0', HOST, 'true'], /^rexec: .*--port.*1 to 65535\.\n$/],
  ['port 65536', ['--port', '65536', HOST, 'true'], /^rexec: .*--port.*1 to 65535\.\n$/],
  ['a time that is no number', ['--timeout', '1h', HOST, 'true'], /^rexec: .*--timeout.*1h.*\n$/],
  ['-4 with -6', ['-4', '-6', HOST, 'true'], /^rexec: -4 and -6 cannot be used together\n$/],
  [
    'a port for no second connection',
    ['-a', '-e', '5000', HOST, 'true'],
    /^rexec: .*cannot be used together\n$/,
  ],
  [
    'lists of hosts after a host',
    [HOST, '-w', 'a,b', 'true'],
    /^rexec: -w, .* replace the host argument .*\n$/,
  ],
  ['a range of hosts that is none', ['-w', 'web[3-1]', 'true'], /^rexec: web\[3-1\]: .*\n$/],
  ['a host that is none', ['a:b:c', 'true'], /^rexec: a:b:c: expected .*\n$/],
  ['a port that is no number', ['--port', '5l2', HOST, 'true'], /^rexec: .*--port.*5l2.*\n$/],
] as const;

const INVALID = [
  [
    'a user of 257 bytes',
    ['-l', 'u'.repeat(257), '-p', 'x', HOST, 'true'],
    /^rexec: 127\.0\.0\.1: request: user is 257 bytes.*\nrexec: hint: shorten it.*\n$/,
  ],
  [
    'a password of 257 bytes',
    ['-p', 'p'.repeat(257), HOST, 'true'],
    /^rexec: 127\.0\.0\.1: request: password is 257 bytes.*\nrexec: hint: .*\n$/,
  ],
  [
    'a command of 8193 bytes',
    ['-p', 'x', HOST, 'c'.repeat(8193)],
    /^rexec: 127\.0\.0\.1: request: command is 8193 bytes.*\nrexec: hint: .*\n$/,
  ],
] as const;

const ANSWERS: readonly (readonly [
  what: string,
  code: number,
  stderr: RegExp,
  script: Script,
  flags?: readonly string[],
])[] = [
  [
    'a connection that ends before the answer',
    REXEC_EXIT.REXEC_LOST,
    /^rexec: 127\.0\.0\.1: login: the connection ended before the daemon answered\nrexec: hint: use --tls if .*check the user name and the password.*\n$/,
    async (client) => {
      await client.login();
      client.halfClose();
    },
  ],
  [
    'a daemon that speaks another protocol',
    REXEC_EXIT.REXEC_PROTOCOL,
    /^rexec: 127\.0\.0\.1: stderr channel: reply begins with byte 83, not 0 or 1\nrexec: hint: check the host and the port.*\n$/,
    (client) => client.send('SSH-2.0-x\r\n'),
  ],
  [
    'a refusal, its control characters escaped',
    REXEC_EXIT.REXEC_REFUSED,
    /^rexec: 127\.0\.0\.1: login: no\\u001b\[2J\nrexec: hint: look for the cause in the log.*\n$/,
    async (client) => {
      await client.login();
      await client.send('\x01no\x1b[2J\r\n');
    },
  ],
  [
    'a daemon that does not connect back',
    REXEC_EXIT.REXEC_NO_STDERR,
    /^rexec: 127\.0\.0\.1: stderr channel: the daemon did not connect back in time\nrexec: hint: use --no-stderr.*\n$/,
    (client) => client.field(),
    ['--connect-timeout', '0.3'],
  ],
  [
    'a login that is not answered',
    REXEC_EXIT.REXEC_TIMED_OUT,
    /^rexec: 127\.0\.0\.1: login: no answer to the login within 0\.3 s\nrexec: hint: raise --answer-timeout.*\n$/,
    (client) => client.login(),
    ['--answer-timeout', '0.3'],
  ],
  [
    'a command that does not end in time',
    REXEC_EXIT.REXEC_TIMED_OUT,
    /^rexec: 127\.0\.0\.1: run: timed out after 0\.5 s\nrexec: hint: the command may still be running.*\n$/,
    (client) => client.login().then(() => client.send('\0')),
    ['--timeout', '0.5'],
  ],
  [
    'an end without an exit status, with --strict',
    REXEC_EXIT.REXEC_STATUS_UNKNOWN,
    /^rexec: 127\.0\.0\.1: run: the daemon did not report.*\nrexec: hint: omit --strict.*\n$/,
    async (client) => {
      const { channel } = await client.login();
      await client.send('\0');
      client.halfClose();
      channel.halfClose();
    },
    ['--strict'],
  ],
];

describe('the exit code of rexec', PATIENT, () => {
  for (const [what, args, says] of USAGE)
    it(`is ${REXEC_EXIT.usage} for ${what}, reported in one line`, async (t) => {
      const { stdout, stderr, status } = await run(t, 'rexec', args);
      assert.deepEqual([stdout, status], ['', REXEC_EXIT.usage]);
      assert.match(stderr, says);
    });

  for (const [what, args, says] of INVALID)
    it(`is ${REXEC_EXIT.REXEC_REQUEST_INVALID} for ${what}, reported with host, phase and a hint`, async (t) => {
      const { stderr, status } = await run(t, 'rexec', args);
      assert.equal(status, REXEC_EXIT.REXEC_REQUEST_INVALID);
      assert.match(stderr, says);
    });

  for (const [what, host, says] of [
    [
      'a port where nobody listens',
      HOST,
      /^rexec: 127\.0\.0\.1: connect: connection refused \(127\.0\.0\.1 port \d+\)\nrexec: hint: check that rexecd is running there.*\n$/,
    ],
    [
      'a host without an address',
      'no-such-host.invalid',
      /^rexec: no-such-host\.invalid: resolve: .*\nrexec: hint: check the host name.*\n$/,
    ],
  ] as const)
    it(`is ${REXEC_EXIT.REXEC_UNREACHABLE} for ${what}, reported with host, phase and a hint`, async (t) => {
      const { stderr, status } = await run(t, 'rexec', [...LOGIN, '--port', NOBODY_LISTENS, host, 'true']);
      assert.equal(status, REXEC_EXIT.REXEC_UNREACHABLE);
      assert.match(stderr, says);
    });

  it(`is ${REXEC_EXIT.REXEC_REFUSED} for a wrong password, reported with host, phase and a hint`, async (t) => {
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
    assert.deepEqual(
      [stderr, status],
      [
        `rexec: ${HOST}: login: Login incorrect.\nrexec: hint: check the user name and the password (-l, -P)\n`,
        REXEC_EXIT.REXEC_REFUSED,
      ],
    );
  });

  for (const [what, code, says, script, flags = []] of ANSWERS)
    it(`is ${code} for ${what}, reported with host, phase and a hint`, async (t) => {
      const { port } = await startFakeDaemon(t, script);
      const words = [...LOGIN, ...flags, '--port', `${port}`, HOST, 'true'];
      const { stderr, status } = await run(t, 'rexec', words);
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
    assert.match(
      stderr,
      /^rexec: 127\.0\.0\.1: run: connection reset by peer\nrexec: hint: the command may have run.*\n$/,
    );
  });

  for (const [signal, code] of [
    ['SIGRTMIN+0', 162],
    ['SIGRTMIN+30', 192],
    ['SIGRTMIN+31', 128], // there is none
    ['SIGNEW', 128],
  ] as const)
    it(`is ${code} for a command that died of ${signal}`, async (t) => {
      const { port } = await startFakeDaemon(t, async (client) => {
        const { channel } = await client.login();
        await client.send('\0');
        await channel.send(`\0signal ${signal}\n`);
        client.halfClose();
        channel.halfClose();
      });
      const { status } = await run(t, 'rexec', [...LOGIN, '--port', `${port}`, HOST, 'true']);
      assert.equal(status, code);
    });

  it('is that of a real-time signal that a real command died of', async (t) => {
    const { port } = await startDaemon(t, { launcher: 'posix-spawn' });
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, HOST, 'kill -36 $$'];
    assert.equal((await run(t, 'rexec', words)).status, 128 + 36);
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
