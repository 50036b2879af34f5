import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { RexecError } from '../../../lib/base/index.ts';
import { ExecError } from '../../../lib/client/index.ts';
import { SettingsError } from '../../../lib/settings/index.ts';
import { ROOT } from '../../support/program.ts';

describe('an error of this package', () => {
  it('prints as its class', () => {
    const error = new SettingsError('wrong');
    assert.equal(String(error), 'SettingsError: wrong');
    assert.match(inspect(error), /^SettingsError: wrong\n/);
    assert.ok(error instanceof RexecError);
    assert.equal(Object.keys(error).includes('name'), false);
  });

  it('has its code, and no code if it needs none', () => {
    const place = { host: 'x', port: 1, phase: 'connect' } as const;
    assert.equal(new ExecError('REXEC_LOST', '', place).code, 'REXEC_LOST');
    class Bare extends RexecError {}
    assert.equal('code' in new Bare('bare'), false);
  });

  it('is of a class that has RexecError as its base', () => {
    const isOfBrowsers = (file: string) => file.startsWith('lib/panel/page');
    const files = globSync('lib/**/*.ts', { cwd: ROOT, exclude: isOfBrowsers });
    const others = files.filter((file) =>
      /\bclass \w+ extends (?:\w+\.)?(?:Error|TypeError|RangeError)\b/.test(
        readFileSync(join(ROOT, file), 'utf8'),
      ),
    );
    assert.deepEqual(others, ['lib/base/errors.ts']);
  });
});
