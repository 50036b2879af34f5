import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { numbersIn, quantile, sampleOf } from '../../../lib/panel/server/samples.ts';

const buckets = (...counts: number[]) =>
  numbersIn(
    ['0.01', '0.1', '1', '+Inf'].map((le, index) => `t_bucket{le="${le}"} ${counts[index]}`).join('\n'),
  );

describe('a sample of the counters', () => {
  it('has rates of what happened since the one before', () => {
    const text = (accepted: number, refused: number) =>
      numbersIn(
        `# TYPE rexecd_logins_total counter\nrexecd_logins_total{result="accepted"} ${accepted}\n` +
          `rexecd_logins_total{result="refused"} ${refused}\nrexecd_sessions{state="running"} 4\nrexecd_sessions{state="closing"} 1\n` +
          `rexecd_connections_total{listener="plain"} ${accepted + refused}\n`,
      );
    const sample = sampleOf(text(10, 1), text(20, 6), 1, 5);
    assert.deepEqual([sample.accepted, sample.refused, sample.connections, sample.sessions], [2, 1, 3, 5]);
  });

  it('is never below zero, though another daemon counts anew', () => {
    const text = (count: number) => numbersIn(`rexecd_connections_total{listener="plain"} ${count}`);
    assert.equal(sampleOf(text(1000), text(3), 1, 5).connections, 0);
  });
});

describe('a quantile between two looks', () => {
  it('lies in the bucket that has it', () => {
    assert.equal(quantile(buckets(0, 0, 0, 0), buckets(100, 100, 100, 100), 't', 0.95), 9.5);
    const value = quantile(buckets(100, 100, 100, 100), buckets(100, 200, 200, 200), 't', 0.5);
    assert.ok(value! > 10 && value! < 100, `${value}`);
  });

  it('is the highest bound for what is beyond all', () =>
    assert.equal(quantile(buckets(0, 0, 0, 0), buckets(0, 0, 0, 9), 't', 0.95), 1000));

  it('is none if nothing was measured', () =>
    assert.equal(quantile(buckets(1, 1, 1, 1), buckets(1, 1, 1, 1), 't', 0.95), null));
});
