import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EventLog } from '../../../lib/events/index.ts';
import {
  BOUNDED,
  filesIn,
  LogProcess,
  numbersIn,
  temporary,
  upTo,
} from '../../support/daemon/log-process.ts';
import { DatagramReceiver } from '../../support/machine/datagram-receiver.ts';

/** Each process exits in the moment its log is closed. */
describe('nothing is lost at the end', { ...BOUNDED, concurrency: true }, () => {
  it('of a console, even one that is read late', async (t) => {
    const log = new LogProcess(t, {});
    await log.emit(3000, { values: ['x'.repeat(200)] }); // less than the bound, more than a pipe holds
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    assert.deepEqual(numbersIn(lines), upTo(3000));
    assert.equal(lines.length, 3000);
  });

  it('of a file', async (t) => {
    const directory = temporary(t);
    const log = new LogProcess(t, { sinks: ['file'], file: join(directory, 'rexecd.log') });
    await log.emit(3000, { values: ['x'.repeat(200)] });
    assert.deepEqual(await log.end(), { status: 0, lines: [] });
    assert.deepEqual(numbersIn(filesIn(directory)['rexecd.log']!), upTo(3000));
  });

  it('of files that are rotated all the time', async (t) => {
    const directory = temporary(t);
    const file = join(directory, 'rexecd.log');
    const log = new LogProcess(t, { sinks: ['file'], file, fileBytes: 2000, files: 100 });
    await log.emit(1000);
    assert.deepEqual(await log.end(), { status: 0, lines: [] });
    const files = filesIn(directory);
    assert.ok(Object.keys(files).length > 40, `${Object.keys(files).length} files`);
    const numbers = numbersIn(Object.values(files).flat());
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      upTo(1000),
    );
  });

  for (const sink of ['syslog', 'journald'] as const)
    it(`of ${sink}`, async (t) => {
      const socket = join(temporary(t), 'socket');
      const receiver = new DatagramReceiver(t, socket);
      const log = new LogProcess(t, { sinks: [sink], [`${sink}Socket`]: socket });
      await log.emit(1000);
      const ended = log.end();
      const received = await receiver.get(1000);
      assert.deepEqual(await ended, { status: 0, lines: [] });
      const numbers = received.map((bytes) => Number(/session="(\d+)"/.exec(String(bytes))?.[1]));
      assert.deepEqual(numbers, upTo(1000));
      assert.equal(receiver.received.length, 1000);
    });

  it('of all sinks at once, and closing twice is closing once', async (t) => {
    const directory = temporary(t);
    const [syslogSocket, journaldSocket] = [join(directory, 's'), join(directory, 'j')];
    const receivers = [syslogSocket, journaldSocket].map((path) => new DatagramReceiver(t, path));
    const file = join(directory, 'rexecd.log');
    const log = new EventLog({ sinks: ['file', 'syslog', 'journald'], file, syslogSocket, journaldSocket });
    for (let turn = 0; turn < 100; turn += 1) log.emit('acceptFailed', { cause: `spec ${turn}` });
    const closed = Promise.all([log.close(), log.close()]);
    for (const receiver of receivers) await receiver.get(100);
    await closed;
    await log.close();
    assert.equal(filesIn(directory)['rexecd.log']?.length, 100);
    for (const { received } of receivers) assert.match(String(received[99]), /spec 99/);
  });
});
