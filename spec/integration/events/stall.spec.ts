import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  BOUNDED,
  droppedIn,
  filesIn,
  LogProcess,
  numbersIn,
  temporary,
  upTo,
} from '../../support/daemon/log-process.ts';
import { DatagramReceiver } from '../../support/machine/datagram-receiver.ts';
import { eventually } from '../../support/peer.ts';

const CONCURRENT = { ...BOUNDED, concurrency: true } as const;
const MOST_PENDING = 1_000_000;
const LONG = { values: ['x'.repeat(512)], turns: true };

describe('a sink that takes nothing', CONCURRENT, () => {
  it('costs a bounded memory; what is dropped is counted, and told where it is missing', async (t) => {
    const log = new LogProcess(t, {}); // its standard error is a pipe that nobody reads
    const before = await log.emit(0);
    const after = await log.emit(20_000, LONG); // 12 MB
    const grown = after.heap - before.heap;
    assert.ok(grown < 4 * MOST_PENDING, `heap grew by ${grown} bytes`);
    await eventually(() => droppedIn(log.lines).length > 0, 'the log tells of dropped events');
    await log.emit(1);
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    const [dropped, ...more] = droppedIn(lines);
    assert.deepEqual(more, []);
    const kept = 20_000 - dropped!;
    assert.ok(kept > 1000 && kept * 600 < MOST_PENDING + 300_000, `${kept} kept`); // the bound and what pipes hold
    assert.deepEqual(numbersIn(lines), [...upTo(kept), 20_000]);
    assert.match(lines[kept]!, / error REXECD-910 events dropped: sink="console" count=\d+$/);
  });

  it('keeps the process from ending for seconds, not for ever', async (t) => {
    const log = new LogProcess(t, {});
    await log.emit(2000, LONG);
    const begin = performance.now();
    assert.deepEqual(await log.end({ unread: true }), { status: 0, lines: [] });
    const waited = performance.now() - begin;
    assert.ok(waited >= 4990 && waited < 9000, `${waited} ms`);
  });

  it('is made good by the other sinks, where it is a full socket', async (t) => {
    const directory = temporary(t);
    const [socket, file] = [join(directory, 'socket'), join(directory, 'log')];
    const receiver = new DatagramReceiver(t, socket);
    const log = new LogProcess(t, { sinks: ['syslog', 'file'], syslogSocket: socket, file });
    await log.emit(1400, LONG);
    await eventually(() => droppedIn(receiver.texts).length > 0, 'syslog is told of dropped events');
    const [dropped] = droppedIn(receiver.texts);
    const ended = log.end();
    await eventually(() => numbersIn(receiver.texts).length === 1400 - dropped!, 'the others come');
    assert.deepEqual(await ended, { status: 0, lines: [] });
    assert.deepEqual(numbersIn(receiver.texts), upTo(1400 - dropped!));
    const { log: lines } = filesIn(directory);
    assert.deepEqual(numbersIn(lines!), upTo(1400));
    assert.deepEqual(droppedIn(lines!), [dropped]);
  });
});

describe('a sink that fails', CONCURRENT, () => {
  it('is told of on the others, and gets its events once it is there: a syslog socket', async (t) => {
    const socket = join(temporary(t), 'socket');
    const log = new LogProcess(t, { sinks: ['console', 'syslog'], syslogSocket: socket });
    await log.emit(5);
    await eventually(() => log.lines.length === 6, 'the log tells of the missing socket');
    const receiver = new DatagramReceiver(t, socket);
    const received = (await receiver.get(5)).map(String);
    assert.deepEqual(numbersIn(received), upTo(5));
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    assert.deepEqual(numbersIn(lines), upTo(5));
    assert.match(
      lines.find((line) => line.includes('REXECD-911'))!,
      /sink="syslog" cause="datagram to .*: no such file or directory"$/,
    );
    assert.equal(lines.length, 6);
  });

  it('gets whole lines once there is room: a file on a full disk', async (t) => {
    const directory = temporary(t);
    const file = join(directory, 'log');
    const limit = ['prlimit', '--fsize=4096:unlimited']; // as full as a disk: writes are cut short, then fail
    const log = new LogProcess(t, { sinks: ['console', 'file'], file }, limit);
    void log.lines; // from now on they are read
    await log.emit(2000, LONG); // 1.3 MB
    assert.equal(readFileSync(file).length, 4096);
    await eventually(() => log.lines.length === 2001, 'the console has all and the trouble');
    assert.equal(
      log.lines.filter((line) => /REXECD-911 .*sink="file" cause="file too large"/.test(line)).length,
      1,
    );
    execFileSync('prlimit', ['--pid', String(log.child.pid), '--fsize=unlimited']);
    await eventually(() => droppedIn(filesIn(directory).log!).length > 0, 'the file has room');
    await log.emit(1);
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    const written = filesIn(directory).log!;
    const [dropped] = droppedIn(written);
    assert.deepEqual(numbersIn(written), [...upTo(2000 - dropped!), 2000]);
    assert.equal(written.length, 2000 - dropped! + 2);
    for (const line of written) assert.match(line, /^20\d\d-.*(cause="spec"|count=\d+)$/);
    assert.deepEqual(numbersIn(lines), upTo(2001));
    assert.deepEqual(droppedIn(lines), [dropped]);
  });

  it('does not hold the end up, and what it lost is told: a disk that stays full', async (t) => {
    const log = new LogProcess(t, { sinks: ['console', 'file'], file: '/dev/full' });
    await log.emit(100, LONG);
    const begin = performance.now();
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    assert.ok(performance.now() - begin < 5000); // what a sink gets that merely takes its time
    assert.deepEqual(numbersIn(lines), upTo(100));
    assert.equal(
      lines.filter((line) => /REXECD-911 .*sink="file" cause="no space left on device"/.test(line)).length,
      1,
    );
    assert.equal(lines.length, 102);
    assert.deepEqual(droppedIn(lines), [100]);
  });

  it('is told of on standard error where it is the only one', async (t) => {
    const log = new LogProcess(t, { sinks: ['file'], file: '/dev/full' });
    await log.emit(10);
    const { status, lines } = await log.end();
    assert.equal(status, 0);
    assert.deepEqual(
      lines.map((line) => /REXECD-\d+/.exec(line)![0]),
      ['REXECD-911', 'REXECD-910'],
    );
  });

  it('does not end the process: a standard error whose reader has gone', async (t) => {
    const directory = temporary(t);
    const log = new LogProcess(t, { sinks: ['console', 'file'], file: join(directory, 'log') });
    await log.emit(0);
    log.child.stderr.destroy();
    await log.emit(100, { turns: true });
    assert.deepEqual(await log.end({ unread: true }), { status: 0, lines: [] });
    const { log: lines } = filesIn(directory);
    assert.deepEqual(numbersIn(lines!), upTo(100));
    assert.equal(
      lines!.filter((line) => /REXECD-911 .*sink="console" cause=".*broken pipe"/.test(line)).length,
      1,
    );
  });
});
