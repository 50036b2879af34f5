import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadSettings, parseStoreUrl } from '../../../lib/settings/index.ts';

const plain = { secure: false, host: 'redis.example', port: 6379, database: 0, user: '' };
const GOOD = {
  'redis://redis.example': plain,
  'redis://redis.example/': plain,
  'rediss://redis.example:6380': { ...plain, secure: true, port: 6380 },
  'redis://rexecd@192.0.2.7:1/15': { ...plain, user: 'rexecd', host: '192.0.2.7', port: 1, database: 15 },
  'redis://[2001:db8::1]:7': { ...plain, host: '2001:db8::1', port: 7 },
};
const BAD = [
  'redis.example',
  'redis://',
  'http://redis.example',
  'redis://redis.example:0',
  'redis://redis.example:65536',
  'redis://a:b@redis.example',
  'redis://:b@redis.example',
  'redis://redis.example/x',
  'redis://redis.example?x=1',
];

describe('the URL of a server', () => {
  for (const [text, url] of Object.entries(GOOD))
    it(`may be ${text}`, () => assert.deepEqual(parseStoreUrl(text), url));

  for (const text of BAD) it(`is not ${text}`, () => assert.equal(parseStoreUrl(text), undefined));

  it('is shown without its password in an error', () => {
    for (const sharedLockouts of ['redis://ada:hush@h', 'rediss://:hush@h:1/2', 'redis://a:hu@sh@h'])
      assert.throws(
        () => loadSettings({}, { sharedLockouts }),
        ({ message }: Error) => message.includes(':***@h') && !/hu|sh@/.test(message),
        sharedLockouts,
      );
  });
});
