import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { text as allOf } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { LONGEST_MESSAGE } from '../../../lib/base/child/messages.ts';
import { Child, Secret, startProgram, type Unanswered } from '../../../lib/base/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { connectedSockets, eventually, within } from '../../support/peer.ts';
import { ROOT } from '../../support/program.ts';
import { ANSWERS, type Order, type QUESTIONS, REPORTS } from './programs/protocol.ts';

const PROGRAM = fileURLToPath(new URL('./programs/child.ts', import.meta.url));
const SECONDS = 30;
const LIMIT = 2 ** 22;
const STDIO = ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'] as const;

interface Started {
  readonly child: Child<typeof QUESTIONS, typeof ANSWERS, typeof REPORTS>;
  readonly heard: string[];
  say(order: Order): void;
}

/** A child of its own with both ways to it. */
function start(t: TestContext, word = '', then = (_: Started['child']): void => {}): Started {
  const heard: string[] = [];
  const child = new Child<typeof QUESTIONS, typeof ANSWERS, typeof REPORTS>({
    start: () => startProgram(PROGRAM, [...STDIO], { words: [word] }),
    answers: ANSWERS,
    reports: REPORTS,
    hear: ({ text }) => {
      heard.push(text);
      then(child);
    },
  });
  t.after(async () => {
    child.kill();
    await child.gone;
  });
  return { child, heard, say: (order) => child.say(order) };
}

/** A message of the pipe as bytes in latin1, with lengths as they are announced. */
function framed(body: string, textLength = body.length, secretLength = 0): string {
  const head = Buffer.alloc(6);
  head.writeUInt32BE(textLength);
  head.writeUInt16BE(secretLength, 4);
  return head.toString('latin1') + body;
}

describe('a child process', BOUNDED, () => {
  it('shares the compiled sources of npm start', async () => {
    const folder = 'process.env.NODE_COMPILE_CACHE';
    const { stdout } = startProgram(folder, ['ignore', 'pipe', 'inherit'], { flags: ['-p'] });
    assert.equal(await allOf(stdout!), `${join(ROOT, 'node_modules/.cache/rexecd')}\n`);
  });

  it('answers questions, and gets secrets as bytes', async (t) => {
    const { child } = start(t);
    const bytes = Buffer.from([0, 255, 10, 128]);
    const secrets = Array.from({ length: 50 }, () => new Secret(Buffer.from(bytes)));
    const answers = await Promise.all(
      secrets.map((secret, index) => child.ask({ say: 'echo', text: `${index} Ω` }, SECONDS, secret)),
    );
    const expected = secrets.map((_, index) => ({ text: `${index} Ω`, secret: bytes.toString('hex') }));
    assert.deepEqual(answers, expected);
  });

  for (const by of ['pipe', 'ipc'] as const)
    it(`is not heard after it was killed, whatever came by the ${by} before it ended`, async (t) => {
      const { child, heard, say } = start(t, '', (self) => self.kill('it broke a rule'));
      const text = JSON.stringify({ say: 'repeat', text: 'once' });
      const message = by === 'ipc' ? `${text}\n` : framed(text);
      say({ say: 'write', by, text: message.repeat(100), times: 1 });
      assert.equal(await within(child.gone, 'its end'), 'it broke a rule');
      assert.deepEqual(heard, ['once']);
    });

  it('gets a connection by the one way while messages go by the other', async (t) => {
    const { child, heard, say } = start(t);
    const [connection, peer] = await connectedSockets(t);
    const { _handle: handle } = connection as unknown as { _handle: Socket };
    child.pass({ say: 'greet' }, handle);
    say({ say: 'repeat', text: 'said back' });
    const [greeting] = await within(once(peer, 'data'), 'the greeting');
    assert.equal(String(greeting), 'hello');
    connection.destroy(); // it stays open here
    assert.equal(await within(allOf(peer), 'the end'), '');
    await eventually(() => heard.length > 0, 'the report came');
    assert.deepEqual(heard, ['said back']);
  });

  for (const [why, question, message] of [
    ['refused', { say: 'refuse', words: 'no' }, 'no'],
    ['failed', { say: 'fail', words: 'cannot' }, 'cannot'],
    ['late', { say: 'wait', seconds: 5 }, 'no answer within 0.1 s'],
    ['ended', { say: 'die' }, 'SIGKILL'],
  ] as const)
    it(`leaves a question without an answer that was ${why}`, async (t) => {
      const { child } = start(t);
      await assert.rejects(child.ask(question, why === 'late' ? 0.1 : SECONDS), { why, message });
      if (why !== 'ended') assert.ok((await child.ask({ say: 'echo', text: '' }, SECONDS)).text === '');
      else await assert.rejects(child.ask({ say: 'echo', text: '' }, SECONDS), { why, message });
    });

  it('ignores an answer that comes too late', async (t) => {
    const { child } = start(t);
    await assert.rejects(child.ask({ say: 'wait', seconds: 0.2 }, 0.001), { why: 'late' });
    await child.ask({ say: 'wait', seconds: 0.3 }, SECONDS);
    assert.ok(child.usable);
  });

  it('has gone with the cause when it dies, and all its questions with it', async (t) => {
    const { child } = start(t);
    await child.started;
    assert.ok(child.usable);
    const asked = [child.ask({ say: 'wait', seconds: 60 }, 60), child.ask({ say: 'wait', seconds: 60 }, 60)];
    process.kill(child.pid, 'SIGSEGV');
    for (const answer of await Promise.allSettled(asked))
      assert.equal((answer as PromiseRejectedResult).reason.message, 'SIGSEGV');
    assert.equal(await child.gone, 'SIGSEGV');
    assert.ok(!child.usable);
  });

  it('has gone as soon as it has ended by request', { timeout: 20_000 }, async (t) => {
    const { child } = start(t);
    await child.started;
    t.mock.timers.enable({ apis: ['setTimeout'] }); // no wait ends by its time
    await child.end();
  });

  it('has gone with its own words when it breaks', async (t) => {
    const { child } = start(t);
    const asked = child.ask({ say: 'throw', words: 'a fault of the child' }, SECONDS);
    await assert.rejects(asked, (error: Unanswered) => error.why === 'ended');
    assert.match(await child.gone, /^Error: a fault of the child\n +at /);
  });

  it('is silent until it says something', async (t) => {
    const { child, heard, say } = start(t);
    await child.started;
    let silences = 0;
    for (let number = 0; number < 2; number += 1) child.expect(0.01, () => (silences += 1));
    const inTime = child.expect(0.01, () => assert.fail('what was expected has come'));
    inTime();
    await eventually(() => child.silent, 'it is silent');
    say({ say: 'repeat', text: 'here' });
    await eventually(() => heard.length > 0, 'it speaks');
    assert.ok(!child.silent);
    assert.equal(silences, 1);
  });

  it('is killed if it does not start in time', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { child } = start(t, 'slow');
    t.mock.timers.tick(30_000);
    t.mock.timers.reset();
    assert.equal(await within(child.gone, 'its end'), 'not started within 30 s');
    await child.started;
  });

  for (const word of ['', 'stubborn'])
    it(`ends when its line is closed${word && ', or is killed'}`, async (t) => {
      const { child } = start(t, word);
      await child.started;
      await child.end();
      assert.equal(await child.gone, word ? 'SIGKILL' : 'exit status 0');
    });

  it('that cannot be started has gone with the reason', async () => {
    const { execPath } = process;
    process.execPath = '/nonexistent/node';
    const child = new Child({
      start: () => startProgram(PROGRAM, [...STDIO]),
      answers: {},
      reports: {},
      hear() {},
    });
    process.execPath = execPath;
    assert.equal(await child.gone, 'cannot start: /nonexistent/node: no such file or directory');
    await child.started;
  });
});

describe('a child that breaks the rules', BOUNDED, () => {
  const ASKED = { say: 'ask', number: 1, question: { say: 'echo', text: '' } };
  const RUBBISH: Readonly<Record<string, readonly [way: 'ipc' | 'pipe', text: string]>> = {
    'text that is not JSON': ['ipc', 'rubbish\n'],
    'text that is not JSON, framed': ['pipe', framed('rubbish')],
    'no text, framed': ['pipe', framed('') + framed('')],
    null: ['ipc', 'null\n'],
    'an order of ours': ['ipc', `${JSON.stringify(ASKED)}\n`],
    'an unknown report': ['pipe', framed('{"say":"toString"}')],
    'a report without its field': ['pipe', framed('{"say":"repeat"}')],
    'a report with one more': ['ipc', '{"say":"repeat","text":"","more":1}\n'],
    'an answer to no question': ['pipe', framed('{"say":"answer","number":9,"answer":{}}')],
    'an acknowledgement of nothing': ['ipc', '{"cmd":"NODE_HANDLE_ACK"}\n'],
    'a refusal of nothing': ['ipc', '{"cmd":"NODE_HANDLE_NACK"}\n'],
    'a handle that is not there': ['ipc', '{"cmd":"NODE_HANDLE","type":"net.Native","msg":{}}\n'],
    'a command for Node': ['ipc', '{"cmd":"NODE_SOCKET_GET_COUNT","key":"x"}\n'],
  };
  for (const [what, [by, text]] of Object.entries(RUBBISH))
    it(`is killed for ${what}`, async (t) => {
      const { child, heard, say } = start(t);
      say({ say: 'write', by, text, times: 1 });
      assert.equal(await within(child.gone, 'its end'), 'an unknown message');
      assert.deepEqual(heard, []);
    });

  it('is killed for an answer of another kind, which is no answer', async (t) => {
    const { child } = start(t);
    await assert.rejects(child.ask({ say: 'lie' }, SECONDS), {
      message: 'an unknown message',
    });
  });

  it('is killed for a message that announces 4 GiB', async (t) => {
    const { child, say } = start(t);
    say({ say: 'write', by: 'pipe', text: framed('', 2 ** 32 - 1), times: 1 });
    assert.equal(await child.gone, `a message of ${2 ** 32 + 5} bytes; the limit is ${LIMIT}`);
  });

  it('is killed for a line without an end', async (t) => {
    assert.equal(LONGEST_MESSAGE, LIMIT);
    const { child, say } = start(t);
    say({ say: 'write', by: 'ipc', text: 'x'.repeat(2 ** 16), times: 100 });
    assert.equal(await child.gone, `a message of more than ${LIMIT} bytes`);
  });

  it('is killed for a handle, which does not stay open here', async (t) => {
    const { child, say } = start(t);
    await child.started;
    const open = () => readdirSync('/proc/self/fd').length;
    const before = open();
    say({ say: 'handle' });
    assert.equal(await within(child.gone, 'its end'), 'an unknown message');
    await eventually(() => open() < before, 'its line is closed, and no more is open');
  });
});

describe('a child whose parent breaks the rules', BOUNDED, () => {
  for (const order of [{ say: 'unknown' }, { say: 'repeat', text: 1 }])
    it(`ends with the cause: ${JSON.stringify(order)}`, async (t) => {
      const { child } = start(t);
      child.say(order);
      assert.equal(await within(child.gone, 'its end'), 'an unknown message');
    });

  it('ends with the cause: a question that it does not know', async (t) => {
    const { child } = start(t);
    const asked = child.ask({ say: 'echo', text: 1 } as never, SECONDS);
    await assert.rejects(asked, { message: 'an unknown message' });
  });
});
