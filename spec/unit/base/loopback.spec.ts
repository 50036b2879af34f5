import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isLoopback } from '../../../lib/base/index.ts';

const LOOPBACK = ['127.0.0.1', '127.255.255.255', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'];
const OTHERS = ['0.0.0.0', '::', '192.0.2.1', '128.0.0.1', '::ffff:192.0.2.1', 'fe80::1', 'localhost'];

describe('isLoopback', () => {
  for (const address of LOOPBACK) it(`is true of ${address}`, () => assert.equal(isLoopback(address), true));
  for (const address of OTHERS) it(`is false of ${address}`, () => assert.equal(isLoopback(address), false));
});
