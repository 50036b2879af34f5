import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  encodeAccepted,
  encodeExitStatus,
  encodeRefused,
  encodeRequest,
  ReplyDecoder,
  RequestDecoder,
  StderrDecoder,
} from '../../../codec/index.ts';
import { decode } from '../../support/machine/slices.ts';
import { bytesOf, cutAt, cuts, exitStatus, holds, request, text, wild } from '../../vectors/generated.ts';

describe('what one end encodes, the other decodes', () => {
  it('for any request and stdin, however cut', (context) =>
    holds(
      context,
      fc.asyncProperty(request, bytesOf(0, 600), cuts, async (sent, input, shares) => {
        const outcome = await decode(
          new RequestDecoder(),
          cutAt(Buffer.concat([encodeRequest(sent), input]), shares),
        );
        const frames = [
          { type: 'stderrPort', port: sent.stderrPort },
          { type: 'user', bytes: sent.user },
          { type: 'password', secret: sent.password },
          { type: 'command', bytes: sent.command },
          ...(input.length > 0 ? [{ type: 'stdin', chunk: input }] : []),
        ];
        assert.deepEqual(outcome, { frames, error: undefined });
      }),
    ));

  it('for any stdout, however cut', (context) =>
    holds(
      context,
      fc.asyncProperty(bytesOf(0, 600), cuts, async (output, shares) => {
        const outcome = await decode(
          new ReplyDecoder(),
          cutAt(Buffer.concat([encodeAccepted(), output]), shares),
        );
        const frames = [
          { type: 'accepted' },
          ...(output.length > 0 ? [{ type: 'stdout', chunk: output }] : []),
        ];
        assert.deepEqual(outcome, { frames, error: undefined });
      }),
    ));

  it('for any refusal, however cut', (context) => {
    const line = text(1024).map((value) => value.replaceAll(/[\x00-\x1f\x7f]/g, ''));
    return holds(
      context,
      fc.asyncProperty(line, cuts, async (words, shares) => {
        const outcome = await decode(new ReplyDecoder(), cutAt(encodeRefused(words), shares));
        assert.deepEqual(outcome, { frames: [{ type: 'refused', text: words }], error: undefined });
      }),
    );
  });

  it('for any stderr and exit status, however cut', (context) =>
    holds(
      context,
      fc.asyncProperty(wild, exitStatus, cuts, async (output, end, shares) => {
        const wire = Buffer.concat([output, encodeExitStatus(end)]);
        const outcome = await decode(new StderrDecoder(), cutAt(wire, shares));
        const frames = [...(output.length > 0 ? [{ type: 'stderr', chunk: output }] : []), { ...end }];
        assert.deepEqual(outcome, { frames, error: undefined });
      }),
    ));
});
