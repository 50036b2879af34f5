import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CATALOGUE, RecentEvents } from '../../../lib/events/index.ts';

const refused = (user: string, port: number, address = '192.0.2.1') =>
  ['loginRefused', { session: `s${port}`, peer: `${address}:${port}`, user, cause: 'no' }] as const;

describe('recent events', () => {
  it('are warnings, errors and what happened to the daemon, in their order, with what to do', () => {
    const recent = new RecentEvents();
    recent.take('loginAccepted', { session: 'a', peer: 'x', user: 'ada', localUser: 'ada' });
    recent.take('reloaded', { changed: '' });
    recent.take(...refused('ada', 1));
    recent.take('sinkFailed', { sink: 'file', cause: 'full' });
    assert.deepEqual(
      recent.after(0).map(({ name }) => name),
      ['reloaded', 'loginRefused', 'sinkFailed'],
    );
    const { id, text, meaning, level } = CATALOGUE.loginRefused;
    const { at, since, ...rest } = recent.after(0)[1]!;
    assert.ok(at >= since);
    assert.deepEqual(rest, {
      ...{ n: 2, key: 2, count: 1, name: 'loginRefused', id, level, text, meaning },
      fields: { session: 's1', peer: '192.0.2.1:1', user: 'ada', cause: 'no' },
    });
  });

  it('are one with a count if they repeat each other from any port and session', () => {
    const recent = new RecentEvents();
    for (let port = 1; port <= 50; port += 1) recent.take(...refused('ada', port));
    recent.take(...refused('bob', 51));
    recent.take(...refused('ada', 52));
    recent.take(...refused('ada', 53, '192.0.2.2'));
    assert.deepEqual(
      recent.after(0).map(({ n, key, count, fields }) => [n, key, count, fields.peer, fields.user]),
      [
        [51, 51, 1, '192.0.2.1:51', 'bob'],
        [52, 1, 51, '192.0.2.1:52', 'ada'],
        [53, 53, 1, '192.0.2.2:53', 'ada'],
      ],
    );
  });

  it('are bounded for each kind, so that many of one kind push no other out', () => {
    const recent = new RecentEvents();
    recent.take('readerDied', { pid: 7, cause: 'SIGSEGV' });
    for (let n = 1; n <= 1000; n += 1) recent.take(...refused(`user${n}`.padEnd(9000, 'x'), n));
    const all = recent.after(0);
    assert.deepEqual([all.length, all[0]?.name], [21, 'readerDied']);
    assert.ok(all.every(({ fields }) => String(fields.user ?? '').length < 600));
    assert.equal(all.at(-1)?.fields.session, 's1000');
  });

  it('continue after a number with those that are new or were repeated', () => {
    const recent = new RecentEvents();
    recent.take(...refused('ada', 1));
    recent.take(...refused('bob', 2));
    const { last } = recent;
    assert.deepEqual(recent.after(last), []);
    recent.take(...refused('ada', 3));
    assert.deepEqual(
      recent.after(last).map(({ key, count }) => [key, count]),
      [[1, 2]],
    );
  });
});
