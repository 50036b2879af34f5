import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { EventLog, type LogOptions } from '../../../lib/events/index.ts';
import { printableText } from '../../../lib/text/index.ts';
import { BOUNDED, filesIn, LogProcess, temporary } from '../../support/daemon/log-process.ts';

/** What a peer may have chosen, and how a log shows it. */
const SHOWN = {
  plain: 'plain',
  'a "quoted" word': 'a "quoted" word',
  'back\\slash': 'back\\\\slash',
  'line\nforged': 'line\\nforged',
  'carriage\rreturn': 'carriage\\rreturn',
  'nul\0': 'nul\\u0000',
  '\x1b[2Jclear': '\\u001b[2Jclear',
  'del\x7f': 'del\\u007f',
  'c1\x9b31m': 'c1\\u009b31m',
  'line\u2028separator': 'line\\u2028separator',
  'bidi\u202eecrof': 'bidi\\u202eecrof',
  'isolate\u2066x\u2069': 'isolate\\u2066x\\u2069',
  'zero\u200bwidth': 'zero\\u200bwidth',
  '\ufeffbom': '\\ufeffbom',
  'soft\u00adhyphen': 'soft\\u00adhyphen',
  'tag\u{e0041}': 'tag\\udb40\\udc41',
  'arabic\u061cmark': 'arabic\\u061cmark',
  'Zoë 🦊': 'Zoë 🦊',
  'lone\ud800': 'lone\\ud800',
} as const;

/** Lines that a process wrote to standard error. */
async function emitted(t: TestContext, options: LogOptions, count: number, values: readonly string[]) {
  const log = new LogProcess(t, options);
  await log.emit(count, { values });
  const { status, lines } = await log.end();
  assert.equal(status, 0, lines.join('\n'));
  return lines;
}

/** Names of the events that a session writes, as JSON in a file. */
async function written(t: TestContext, options: LogOptions): Promise<Record<string, unknown>[]> {
  const directory = temporary(t);
  const log = new EventLog({ sinks: ['file'], format: 'json', file: join(directory, 'log'), ...options });
  const who = { session: 'a1', peer: '192.0.2.1:5120', user: 'ada' };
  log.emit('listening', { address: '127.0.0.1', port: 512 });
  log.emit('loginAccepted', { ...who, localUser: 'ada.l' });
  log.emit('commandStarted', { ...who, localUser: 'ada.l', command: 'id -u', pid: 7, ms: 5 });
  log.emit('signalForwarded', { session: 'a1', signal: 2 });
  log.emit('commandEnded', { session: 'a1', pid: 7, status: 0, ms: 12 });
  log.emit('loginRefused', { ...who, cause: 'spec' });
  await log.close();
  log.emit('loginRefused', { ...who, cause: 'too late' });
  return filesIn(directory).log!.map((line) => JSON.parse(line));
}

describe('a value in the log', BOUNDED, () => {
  for (const [value, shown] of Object.entries(SHOWN))
    it(`is shown as ${JSON.stringify(shown)}`, () => assert.equal(printableText(value), shown));

  it('is cut where it is long', () => {
    assert.equal(printableText('x'.repeat(512)), 'x'.repeat(512));
    assert.equal(printableText('x'.repeat(513)), `${'x'.repeat(512)}…`);
    assert.ok(printableText('\0'.repeat(1_000_000)).length <= 6 * 513);
  });
});

describe('the event log', BOUNDED, () => {
  it('writes an event as one line: time, level, id, text, fields', async (t) => {
    const [line, ...others] = await emitted(t, {}, 1, ['eve']);
    assert.deepEqual(others, []);
    const fields = 'session="0" peer="127.0.0.1:1" user="eve" cause="spec"';
    const expected = `^\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z error REXECD-300 login refused: ${fields}$`;
    assert.match(line ?? '', new RegExp(expected));
  });

  for (const format of ['text', 'json'] as const)
    it(`lets no value of a peer forge a line or drive a terminal, as ${format}`, async (t) => {
      const lines = await emitted(t, { format }, 1, Object.keys(SHOWN));
      assert.equal(lines.length, Object.keys(SHOWN).length);
      for (const line of lines) assert.doesNotMatch(line, /[\x00-\x1f\x7f-\x9f\u2028\u2029]/);
    });

  it('writes an event as an object of JSON, its values bounded and well-formed', async (t) => {
    const values = [...Object.keys(SHOWN), 'x'.repeat(600)];
    const events = (await emitted(t, { format: 'json' }, 1, values)).map((line) => JSON.parse(line));
    const { time, ...first } = events[0];
    assert.equal(new Date(time).toISOString(), time);
    assert.deepEqual(first, {
      level: 'error',
      id: 'REXECD-300',
      event: 'loginRefused',
      text: 'login refused',
      session: '0',
      peer: '127.0.0.1:1',
      user: 'plain',
      cause: 'spec',
    });
    const expected = [...Object.keys(SHOWN).map((value) => value.toWellFormed()), `${'x'.repeat(512)}…`];
    assert.deepEqual(
      events.map(({ user }) => user),
      expected,
    );
  });

  it('writes only errors at its default level, and more when asked to', async (t) => {
    const names = async (options: LogOptions) => (await written(t, options)).map(({ event }) => event);
    const session = ['loginAccepted', 'commandStarted', 'commandEnded', 'loginRefused'];
    assert.deepEqual(await names({}), ['loginRefused']);
    assert.deepEqual(await names({ level: 'info' }), ['listening', ...session]);
    assert.deepEqual((await names({ level: 'debug' })).length, 6);
  });

  it('writes remote host, local user and command when asked to, whatever the level (rexecd(8))', async (t) => {
    const events = await written(t, { access: true });
    assert.deepEqual(
      events.map(({ event }) => event),
      ['loginAccepted', 'commandStarted', 'commandEnded', 'loginRefused'],
    );
    const { peer, user, localUser, command } = events[1]!;
    assert.deepEqual([peer, user, localUser, command], ['192.0.2.1:5120', 'ada', 'ada.l', 'id -u']);
  });

  it('writes nothing anywhere without a sink, and closes', async (t) => {
    assert.deepEqual(await emitted(t, { sinks: [] }, 100, ['x']), []);
  });

  it('loads native code only for the sinks that need it', async (t) => {
    const directory = temporary(t);
    const file = new LogProcess(t, { sinks: ['console', 'file'], file: join(directory, 'log') });
    assert.equal((await file.emit(1)).native, false);
    const syslog = new LogProcess(t, { sinks: ['syslog'], syslogSocket: join(directory, 'none') });
    assert.equal((await syslog.emit(1, { turns: true })).native, true);
  });
});
