import assert from 'node:assert/strict';
import fs, { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { EventLog, type SinkName } from '../../../lib/events/index.ts';
import { BOUNDED, temporary } from '../../support/daemon/log-process.ts';
import { DatagramReceiver } from '../../support/machine/datagram-receiver.ts';
import { eventually } from '../../support/peer.ts';

/** A user name that would forge an entry of either kind. */
const FORGER = 'eve\nPRIORITY=0\nMESSAGE=forged"] [fake@1 a="\\b]\x1b[2J\ud800';

/** What a sink sends of these events. */
async function sent(t: TestContext, sink: SinkName, emit: (log: EventLog) => void): Promise<Buffer[]> {
  const socket = join(temporary(t), 'socket');
  const receiver = new DatagramReceiver(t, socket);
  const log = new EventLog({ level: 'debug', sinks: [sink], [`${sink}Socket`]: socket });
  emit(log);
  await log.close();
  return [...receiver.received];
}

const started = (user: string) => ({
  session: 'a1',
  peer: '192.0.2.1:5120',
  user,
  localUser: 'ada.l',
  command: 'id -u',
  pid: 7,
  ms: 5,
});

/** Fields of an entry in the journal's native form, in order. */
function fieldsOf(entry: Buffer): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (let at = 0; at < entry.length; ) {
    const end = entry.indexOf('\n', at);
    const text = entry.toString('utf8', at, end);
    const equals = text.indexOf('=');
    if (equals >= 0) {
      fields.push([text.slice(0, equals), text.slice(equals + 1)]);
      at = end + 1;
    } else {
      const size = Number(entry.readBigUInt64LE(end + 1));
      fields.push([text, entry.toString('utf8', end + 9, end + 9 + size)]);
      assert.equal(entry[end + 9 + size], 0x0a);
      at = end + 10 + size;
    }
  }
  return fields;
}

describe('the journald sink', BOUNDED, () => {
  it('sends an event as fields that filters can use', async (t) => {
    const [entry, ended] = await sent(t, 'journald', (log) => {
      log.emit('commandStarted', started('ada'));
      log.emit('commandEnded', { session: 'a1', pid: 7, status: 'SIGHUP', ms: 12 });
    });
    const shown =
      'session="a1" peer="192.0.2.1:5120" user="ada" localUser="ada.l" command="id -u" pid=7 ms=5';
    assert.deepEqual(fieldsOf(entry!), [
      ['MESSAGE', `REXECD-402 command started: ${shown}`],
      ['PRIORITY', '6'],
      ['SYSLOG_IDENTIFIER', 'rexecd'],
      ['SYSLOG_FACILITY', '10'],
      ['MESSAGE_ID', '22fe44f509dcd99f975784e9869c8a45'],
      ['REXECD_ID', 'REXECD-402'],
      ['REXECD_EVENT', 'commandStarted'],
      ['REXECD_SESSION', 'a1'],
      ['REXECD_PEER', '192.0.2.1:5120'],
      ['REXECD_USER', 'ada'],
      ['REXECD_LOCAL_USER', 'ada.l'],
      ['REXECD_COMMAND', 'id -u'],
      ['REXECD_PID', '7'],
      ['REXECD_MS', '5'],
    ]);
    assert.equal(Object.fromEntries(fieldsOf(ended!)).REXECD_EXIT, 'SIGHUP');
  });

  it('lets no value forge a field, and bounds it', async (t) => {
    const [entry] = await sent(t, 'journald', (log) => {
      log.emit('loginRefused', { session: 'a1', peer: 'x'.repeat(600), user: FORGER, cause: '' });
    });
    const fields = fieldsOf(entry!);
    const values = Object.fromEntries(fields);
    assert.equal(fields.length, Object.keys(values).length); // no field twice
    assert.equal(values.PRIORITY, '3');
    assert.equal(values.REXECD_USER, FORGER.toWellFormed());
    assert.equal(values.REXECD_PEER, `${'x'.repeat(512)}…`);
    assert.equal(values.REXECD_CAUSE, '');
    assert.doesNotMatch(values.MESSAGE!, /[\x00-\x1f]/);
  });

  it('sends a command of ours whole, for the administrator to paste', async (t) => {
    const grant = 'setpriv '.repeat(200);
    const [entry] = await sent(t, 'journald', (log) => {
      log.emit('privilegeMissing', { privilege: 'CAP_KILL', purpose: 'x'.repeat(600), grant });
    });
    const values = Object.fromEntries(fieldsOf(entry!));
    assert.equal(values.REXECD_GRANT, grant);
    assert.equal(values.REXECD_PURPOSE?.length, 513);
  });
});

describe('the syslog sink', BOUNDED, () => {
  const FORM =
    /^<(?<priority>\d+)>1 (?<time>\S+) (?<host>\S+) rexecd (?<pid>\d+) (?<id>\S+) \[rexecd@32473(?<data>(?: \w+="(?:[^"\\\]]|\\["\\\]])*")*)\] (?<message>.*)$/;

  /** A message taken apart as RFC 5424 says. */
  function parsed(message: Buffer | undefined) {
    const groups = FORM.exec(String(message))?.groups;
    assert.ok(groups, `not of RFC 5424: ${message}`);
    const data = [...groups.data!.matchAll(/ (\w+)="((?:[^"\\\]]|\\.)*)"/g)];
    const values = data.map(([, name, value]) => [name, value!.replace(/\\(.)/g, '$1')]);
    return { ...groups, values: Object.fromEntries(values) };
  }

  it('sends an event as RFC 5424 has it, its fields as structured data', async (t) => {
    const [message] = await sent(t, 'syslog', (log) => log.emit('commandStarted', started('ada')));
    const { time, values, data, ...rest } = parsed(message) as ReturnType<typeof parsed> &
      Record<string, string>;
    assert.equal(new Date(time!).toISOString(), time);
    assert.deepEqual(
      values,
      Object.fromEntries(
        Object.entries({ event: 'commandStarted', ...started('ada') }).map(([name, value]) => [
          name,
          `${value}`,
        ]),
      ),
    );
    const shown =
      'session="a1" peer="192.0.2.1:5120" user="ada" localUser="ada.l" command="id -u" pid=7 ms=5';
    assert.deepEqual(rest, {
      priority: '86', // authpriv, info
      host: hostname(),
      pid: String(process.pid),
      id: 'REXECD-402',
      message: `REXECD-402 command started: ${shown}`,
    });
  });

  it('gives each level its severity', async (t) => {
    const messages = await sent(t, 'syslog', (log) => {
      log.emit('acceptFailed', { cause: 'spec' });
      log.emit('settingCapped', { setting: 'spec' });
      log.emit('stopped', {});
      log.emit('signalForwarded', { session: 'a1', signal: 2 });
    });
    const priorities = messages.map((message) => /^<(\d+)>/.exec(String(message))?.[1]);
    assert.deepEqual(priorities, ['83', '84', '86', '87']);
  });

  it('lets no value forge structured data or a line', async (t) => {
    const [message] = await sent(t, 'syslog', (log) => {
      log.emit('loginRefused', { session: 'a1', peer: 'x'.repeat(600), user: FORGER, cause: '' });
    });
    const { values } = parsed(message);
    assert.deepEqual(Object.keys(values), ['event', 'session', 'peer', 'user', 'cause']);
    assert.equal(values.peer, `${'x'.repeat(512)}…`);
    assert.match(values.user, /^eve\\nPRIORITY=0\\nMESSAGE=forged"\] \[fake@1 a="\\\\b\]\\u001b\[2J\\ud800$/);
    assert.doesNotMatch(String(message), /[\x00-\x1f]/);
  });
});

describe('a failure that lasts', BOUNDED, () => {
  it('is told once a minute', async (t) => {
    const directory = temporary(t);
    writeFileSync(join(directory, 'plain'), '');
    const syslogSocket = join(directory, 'socket');
    const receiver = new DatagramReceiver(t, syslogSocket);
    const attempts = t.mock.method(fs, 'stat');
    const file = join(directory, 'plain', 'log', 'rexecd.log'); // a directory that cannot be made
    const log = new EventLog({ sinks: ['file', 'syslog'], file, syslogSocket });
    const attemptsMore = (count: number) => {
      const before = attempts.mock.callCount();
      return eventually(() => attempts.mock.callCount() >= before + count, 'the file is tried again');
    };
    await attemptsMore(4);
    assert.equal((await receiver.get(1)).length, 1);
    const now = performance.now() + 60_000;
    t.mock.method(performance, 'now', () => now);
    await attemptsMore(3);
    assert.equal((await receiver.get(2)).length, 2);
    for (const text of receiver.texts)
      assert.match(text, /REXECD-911 .*sink="file" cause=".*: not a directory"/);
    await log.close();
  });
});
