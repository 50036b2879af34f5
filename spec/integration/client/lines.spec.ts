import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exec, linesOf } from '../../../lib/client/index.ts';
import { BOUNDED, PASSWORD, startDaemon, USER } from '../../support/daemon/daemon.ts';
import { startFakeDaemon } from '../../support/daemon/fake-daemon.ts';
import { slices } from '../../support/machine/slices.ts';
import { eventually } from '../../support/peer.ts';
import { holds } from '../../vectors/generated.ts';

async function split(chunks: readonly Buffer[], longest?: number): Promise<string[]> {
  const lines: string[] = [];
  async function* source() {
    yield* chunks;
  }
  for await (const some of linesOf(source(), longest))
    lines.push(...some.map((line) => line.toString('latin1')));
  return lines;
}

const LINES = [
  ['nothing', '', []],
  ['a line', 'one\n', ['one\n']],
  ['several lines', 'one\n\nthree\n', ['one\n', '\n', 'three\n']],
  ['a last line without a newline', 'one\ntwo', ['one\n', 'two']],
  ['a line of just the longest length', '12345678\nx\n', ['12345678\n', 'x\n']],
  ['a longer line in pieces', '123456789\nx\n', ['12345678', '9\n', 'x\n']],
  ['a much longer line in pieces', '1234567890123456789\n', ['12345678', '90123456', '789\n']],
  ['a long last line in pieces', '1234567890123456', ['12345678', '90123456']],
] as const;

describe('linesOf()', BOUNDED, () => {
  for (const [what, text, lines] of LINES)
    it(`gives ${what}, however it was cut`, async () => {
      for (const [how, chunks] of slices(Buffer.from(text)))
        assert.deepEqual([how, await split(chunks, 8)], [how, lines]);
    });

  it('loses and adds no byte', (t) =>
    holds(
      t,
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.integer({ min: 1, max: 20 }),
        async (arrays, longest) => {
          const chunks = arrays.map((each) => Buffer.from(each));
          const lines = await split(chunks, longest);
          assert.equal(lines.join(''), Buffer.concat(chunks).toString('latin1'));
          for (const line of lines)
            assert.ok(line.replace(/\n$/, '').length <= longest && !/\n./s.test(line));
        },
      ),
    ));
});

describe('the lines of a remote command', BOUNDED, () => {
  it('come one by one, as text, while it runs', async (t) => {
    const { host, port } = await startDaemon(t);
    const remote = exec(host, 'while read x; do echo "got $x"; done; echo "✓"; printf last', {
      user: USER,
      password: PASSWORD,
      port,
    });
    const lines: string[] = [];
    remote.stdin.write('1\r\n');
    for await (const line of remote) {
      lines.push(line);
      if (lines.length === 1) remote.stdin.write('2\n');
      if (lines.length === 2) remote.stdin.end();
    }
    assert.deepEqual(lines, ['got 1', 'got 2', '✓', 'last']);
    assert.equal((await remote.result).exitCode, 0);
  });

  it('end with the error, where there is one', async (t) => {
    const daemon = await startFakeDaemon(t, async (client) => {
      await client.login();
      await client.send('\0one\n');
      await client.read(1);
      client.reset();
    });
    const remote = daemon.exec();
    const lines: string[] = [];
    await assert.rejects(
      async () => {
        for await (const line of remote.lines()) {
          lines.push(line);
          remote.stdin.write('x');
        }
      },
      { code: 'REXEC_LOST' },
    );
    assert.deepEqual(lines, ['one']);
  });

  it('end the command when the loop is left', async (t) => {
    const daemon = await startDaemon(t);
    const remote = exec(daemon.host, 'yes', { user: USER, password: PASSWORD, port: daemon.port });
    for await (const line of remote) {
      assert.equal(line, 'y');
      break;
    }
    await assert.rejects(remote.result, { code: 'REXEC_ABORTED', isCanceled: true });
    await eventually(() => daemon.daemon.sessions.length === 0, 'the command is over');
  });

  it('do not wait for somebody to read stderr', async (t) => {
    const { host, port } = await startDaemon(t);
    const command = 'yes | head -c 4000000 >&2; echo over';
    const lines = [];
    for await (const line of exec(host, command, { user: USER, password: PASSWORD, port })) lines.push(line);
    assert.deepEqual(lines, ['over']);
  });
});
