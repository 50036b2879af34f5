import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { within } from '../../../lib/base/index.ts';

const never = new Promise<string>(() => {});

describe('within', () => {
  it('settles as the work does, if that is in time', async () => {
    assert.equal(await within(60, Promise.resolve('done')), 'done');
    await assert.rejects(within(60, Promise.reject(new Error('failed'))), { message: 'failed' });
  });

  it('resolves without a value when the time has expired', async () => {
    assert.equal(await within(0.001, never), undefined);
  });

  it('gives what the late function returns or throws', async () => {
    assert.equal(await within(0.001, never, () => 'late'), 'late');
    const late = () => {
      throw new Error('late');
    };
    await assert.rejects(within(0.001, never, late), { message: 'late' });
  });

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await within(60, Promise.resolve());
    await within(60, Promise.reject(new Error())).catch(() => {});
    assert.equal(timers(), before);
  });

  it('does not expire immediately if the time is longer than a timer can be', async () => {
    const work = Promise.withResolvers<string>();
    const result = within(2 ** 40, work.promise, () => 'late');
    setTimeout(() => work.resolve('done'), 20);
    assert.equal(await result, 'done');
  });

  it('owns the failure of a work that is late', async () => {
    const work = Promise.withResolvers<string>();
    assert.equal(await within(0.001, work.promise, () => 'late'), 'late');
    work.reject(new Error('failed later')); // unhandled, it would fail this file
    await new Promise(setImmediate);
  });
});
