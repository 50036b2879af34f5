import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { signalName, signalNumber } from '../../../lib/base/index.ts';

describe('signal names', () => {
  it('have the numbers that the kernel has, real-time ones by their distance', () => {
    const numbers = execFileSync('/bin/bash', ['-c', 'for n in {1..64}; do echo "$n $(kill -l $n)"; done'])
      .toString()
      .split('\n')
      .map((line) => /^(\d+) (?:SIG)?(?<name>[A-Z]+\d?(?:RTMIN)?)$/.exec(line))
      .flatMap((found) => (found ? [[Number(found[1]), `SIG${found.groups!.name}`] as const] : []));
    assert.ok(numbers.length > 28, `${numbers.length} signals`);
    for (const [number, name] of numbers)
      if (!name.startsWith('SIGRT')) {
        assert.equal(signalNumber(name), number, name);
        assert.equal(signalNumber(signalName(number)!), number, name);
      }
    assert.deepEqual([signalNumber('SIGRTMIN+0'), signalNumber('SIGRTMIN+30')], [34, 64]);
    assert.deepEqual(
      [signalName(34), signalName(36), signalName(64)],
      ['SIGRTMIN+0', 'SIGRTMIN+2', 'SIGRTMIN+30'],
    );
  });

  it('are none for numbers and words that no signal has', () => {
    for (const number of [0, 32, 33, 65, -1, 1.5]) assert.equal(signalName(number), undefined, `${number}`);
    for (const name of ['', 'TERM', 'SIGRTMIN+31', 'SIGRTMIN', 'constructor', '__proto__'])
      assert.equal(signalNumber(name), undefined, name);
  });
});
