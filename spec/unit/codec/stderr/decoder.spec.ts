import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { StderrDecoder } from '../../../../codec/index.ts';
import { decodesEveryCut } from '../../../support/machine/slices.ts';
import { stderrs } from '../../../vectors/stderr.ts';
import { latin1 } from '../../../vectors/vector.ts';

describe('StderrDecoder', () => {
  for (const vector of stderrs) it(vector.name, () => decodesEveryCut(vector, () => new StderrDecoder()));

  it('gives stderr as it arrives, and holds only what may be a status', () => {
    const decoder = new StderrDecoder();
    const steps: [wire: string, given: string][] = [
      ['oops', 'oops'],
      ['a\0', 'a'],
      ['exit 7\n', ''],
      ['b', '\0exit 7\nb'],
      ['\0\0', '\0'],
      [`signal ${'S'.repeat(24)}`, ''],
      ['S', `\0signal ${'S'.repeat(25)}`],
    ];
    for (const [wire, given] of steps) {
      decoder.write(latin1(wire));
      assert.equal((decoder.read()?.chunk ?? '').toString('latin1'), given, JSON.stringify(wire));
    }
  });
});
