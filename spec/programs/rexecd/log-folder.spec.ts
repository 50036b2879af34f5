import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { eventually } from '../../support/peer.ts';
import { PATIENT, start, temporaryFolder, usersFileOf } from '../../support/program.ts';

describe('a log file in a folder that does not exist (E21)', PATIENT, () => {
  it('is an error that names the folder, which is not made; events wait until it is there', async (t) => {
    const folder = join(temporaryFolder(t), 'log', 'more');
    const file = join(folder, 'rexecd.log');
    const log = ['--log-sinks', 'file', '--log-file', file];
    const daemon = start(t, 'rexecd', ['--port', '0', '--users', usersFileOf(t), '--control', 'off', ...log]);
    await eventually(() => /REXECD-911/.test(daemon.stderr), 'the sink fails');
    assert.ok(daemon.stderr.includes(`cause="the folder ${folder} does not exist"`), daemon.stderr);
    assert.ok(!existsSync(join(folder, '..')));
    mkdirSync(folder, { recursive: true });
    await eventually(
      () => existsSync(file) && readFileSync(file, 'utf8').includes('REXECD-105'),
      'it is written',
    );
  });
});
