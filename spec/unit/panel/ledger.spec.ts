import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ledger } from '../../../lib/panel/daemon/ledger.ts';
import type { SessionRow } from '../../../lib/panel/topics.ts';

const listed = (id: string, mark = 'running') => ({
  id,
  mark,
  row: () => ({ id, state: mark }) as unknown as SessionRow,
});
const ids = (rows: readonly SessionRow[] = []) => rows.map(({ id }) => id).sort();

describe('the ledger of sessions', () => {
  it('gives all at first, then what changed and what is gone', () => {
    const ledger = new Ledger();
    const first = ledger.changes([listed('a'), listed('b')], 0);
    assert.deepEqual(ids(first.all), ['a', 'b']);
    const second = ledger.changes([listed('b', 'closing'), listed('c')], first.revision);
    assert.deepEqual([ids(second.put), second.gone, second.all], [['b', 'c'], ['a'], undefined]);
    const third = ledger.changes([listed('b', 'closing'), listed('c')], second.revision);
    assert.deepEqual([third.put, third.gone, third.revision], [[], [], second.revision]);
  });

  it('gives all again to a reader that it does not know', () => {
    const ledger = new Ledger();
    ledger.changes([listed('a')], 0);
    assert.deepEqual(ids(ledger.changes([listed('a')], 77).all), ['a']);
  });

  it('makes a row anew only if its mark has changed', () => {
    const ledger = new Ledger();
    let made = 0;
    const counted = {
      id: 'a',
      mark: 'running',
      row: () => ({ id: 'a', made: ++made }) as unknown as SessionRow,
    };
    for (let n = 0; n < 5; n += 1) ledger.changes([counted], 0);
    assert.equal(made, 1);
  });
});
