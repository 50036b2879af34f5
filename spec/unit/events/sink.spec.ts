import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { reasonOf } from '../../../lib/base/index.ts';
import { entryOf, type LogEntry } from '../../../lib/events/log-entry.ts';
import { Sink } from '../../../lib/events/sinks/sink.ts';
import { BOUNDED, upTo } from '../../support/daemon/log-process.ts';
import { within } from '../../support/peer.ts';

/** An event of 10 kB. */
const encode = ({ name, fields: { count, cause } }: LogEntry): string => {
  if (cause === '') throw new Error('a defect');
  return `${name} ${count ?? cause}`.padEnd(10_000);
};

/** A sink whose outlet takes an event when it is told to. */
class Valve extends Sink<string> {
  readonly taken: string[] = [];
  readonly told: unknown[][] = [];
  #settle: ((error?: Error) => void) | undefined;

  constructor() {
    const told: unknown[][] = [];
    super('valve', encode, {
      failed: (sink, error) => void told.push(['failed', sink, reasonOf(error)]),
      dropped: (sink, count) => void told.push(['dropped', sink, count]),
    });
    this.told = told;
    new PassThrough({ objectMode: true }).pipe(this); // as winston does
  }

  protected override deliver(event: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = (error) => {
        if (error) return reject(error);
        this.taken.push(event);
        resolve();
      };
      this.emit('delivery');
    });
  }

  /** Lets the outlet take one event, or fail. */
  async pass(error?: Error): Promise<void> {
    this.#settle!(error);
    await nextTurn();
  }

  /** Offers events with these numbers. */
  offer(from: number, to: number): void {
    for (let number = from; number < to; number += 1) {
      this.log({ entry: entryOf('acceptFailed', { cause: String(number) }), except: '' }, () => {});
    }
  }

  get numbers(): string[] {
    return this.taken.map((event) => event.replace('acceptFailed ', '').trim());
  }
}

describe('a sink', BOUNDED, () => {
  it('that dropped events takes none before half of its bound is free, so that one gap is one event', async () => {
    const valve = new Valve();
    valve.offer(0, 120); // room for 100
    for (let number = 120; number < 169; number += 1) {
      await valve.pass();
      valve.offer(number, number + 1);
    }
    assert.deepEqual(valve.told, []);
    await valve.pass();
    assert.deepEqual(valve.told, [['dropped', 'valve', 69]]);
    valve.offer(169, 170);
    for (let left = 52; left > 0; left -= 1) await valve.pass();
    assert.deepEqual(valve.numbers, [...upTo(100).map(String), 'eventsDropped 69', '169']);
  });

  it('survives an event that cannot be encoded', () => {
    const valve = new Valve();
    valve.log({ entry: entryOf('acceptFailed', { cause: '' }), except: '' }, () => {});
    assert.deepEqual(valve.told, [['failed', 'valve', 'a defect']]);
  });

  it('gives up an event that its outlet can never take, and says so', async () => {
    const valve = new Valve();
    valve.offer(0, 2);
    await valve.pass(Object.assign(new Error('too long'), { code: 'EMSGSIZE' }));
    await valve.pass();
    assert.deepEqual(valve.numbers, ['1']);
    assert.deepEqual(valve.told, [
      ['failed', 'valve', 'too long'],
      ['dropped', 'valve', 1],
    ]);
    const again = once(valve, 'delivery');
    await valve.pass(new Error('not now'));
    assert.deepEqual(valve.told.at(-1), ['failed', 'valve', 'not now']);
    await within(again, 'the event to be tried again');
    await valve.pass();
    assert.deepEqual(valve.numbers, ['1', 'eventsDropped 1']);
  });
});
