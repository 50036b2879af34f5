import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statusChannel } from '../../../../codec/index.ts';
import { latin1 } from '../../../vectors/vector.ts';

/** First bytes of both connections, latin1; undefined where nothing was seen yet, empty where it ended without a byte. */
const SEEN: readonly (readonly [
  main: string | undefined,
  stderr: string | undefined,
  'main' | 'stderr' | undefined,
])[] = [
  [undefined, undefined, undefined],
  [undefined, '', undefined],
  [undefined, 'err', undefined],
  [undefined, '\x01No', undefined],
  [undefined, '\0', 'stderr'],
  [undefined, '\0err', 'stderr'],
  [undefined, '\0\0', 'stderr'],
  [undefined, '\0exact', 'stderr'],
  [undefined, '\0e', undefined],
  [undefined, '\0exit 7\n', undefined],
  [undefined, '\0signal SIGKILL\n', undefined],
  [undefined, `\0signal ${'S'.repeat(60_000)}`, undefined],
  ['', undefined, undefined],
  ['', '', 'main'],
  ['', 'err', 'main'],
  ['', '\0', 'stderr'],
  ['', '\0exit 7\n', 'stderr'],
  ['', '\x01No', 'stderr'],
  ['\0', undefined, 'main'],
  ['\0', '\0', 'main'],
  ['\0', '\x01No', 'main'],
  ['\0', 'err', 'main'],
  ['\x01No', undefined, 'main'],
  ['\x01No', '', 'main'],
  ['\x01No', '\0', 'stderr'],
  ['\x01No', '\0exit 0\n', 'main'],
  ['out', undefined, undefined],
  ['out', '', 'main'],
  ['out', 'err', 'main'],
  ['out', '\0', 'stderr'],
  ['out', '\0exit 7\n', 'stderr'],
  ['out', '\x01No', 'stderr'],
];

const seen = (bytes: string | undefined) =>
  bytes === undefined ? 'nothing' : bytes === '' ? 'end' : latin1(bytes);
const shown = (bytes: string | undefined) =>
  bytes === '' ? 'the end' : JSON.stringify(bytes?.slice(0, 20) ?? 'nothing');

describe('statusChannel()', () => {
  for (const [main, stderr, answered] of SEEN)
    it(`is ${answered ?? 'not known'} for ${shown(main)} and ${shown(stderr)}`, () => {
      assert.equal(statusChannel(seen(main), seen(stderr)), answered);
    });
});
