import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ExitStatus, encodeExitStatus, encodeStderrFrame } from '../../../../codec/index.ts';
import { stderrs } from '../../../vectors/stderr.ts';

describe('encodeStderrFrame', () => {
  for (const { name, wire, frames } of stderrs.filter(({ decodeOnly }) => !decodeOnly)) {
    it(`says the same bytes when ${name}`, () => {
      assert.equal(Buffer.concat(frames.map(encodeStderrFrame)).toString('latin1'), wire);
    });
  }
});

describe('encodeExitStatus', () => {
  it('refuses what a decoder would take for stderr', () => {
    const unsayable: ExitStatus[] = [
      { type: 'exited', code: 256 },
      { type: 'exited', code: -1 },
      { type: 'exited', code: 1.5 },
      { type: 'signaled', signal: '' },
      { type: 'signaled', signal: 'sigterm' },
      { type: 'signaled', signal: 'S'.repeat(24) },
    ];
    for (const status of unsayable)
      assert.throws(() => encodeExitStatus(status), RangeError, JSON.stringify(status));
  });
});
