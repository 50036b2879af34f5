import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon/daemon.ts';
import { findProgram, Program, temporaryFolder } from '../support/program.ts';

const SLOW = { timeout: 180_000 } as const; // nmap waits some seconds for each of its probes
const NMAP = findProgram('nmap');
const MEDUSA = findProgram('medusa');
const LOOPBACK = ['-n', '-Pn', '127.0.0.1'] as const;

describe('nmap', { ...SLOW, skip: !NMAP && 'needs nmap (Debian: nmap)' }, () => {
  it('rexec-brute tells the right password from the wrong ones', SLOW, async (t) => {
    const daemon = await startDaemon(t);
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'users'), `bob\n${USER}\n`);
    writeFileSync(join(folder, 'passwords'), `wrong\n${PASSWORD}\n`);
    const lists = `userdb=${folder}/users,passdb=${folder}/passwords`;
    const script = ['-p', String(daemon.port), '--script', '+rexec-brute', '--script-args', lists];
    const { stdout } = await new Program(t, NMAP!, [...LOOPBACK, ...script], { stdin: '' }).ended;
    assert.deepEqual(stdout.match(/\S+:\S+ - Valid credentials/g), [
      `${USER}:${PASSWORD} - Valid credentials`,
    ]);
  });
});

const medusaNeeds =
  (!MEDUSA && 'needs medusa (Debian: medusa)') ||
  (process.getuid?.() !== 0 && 'needs root: medusa calls from a reserved port');

describe('medusa', { ...SLOW, skip: medusaNeeds }, () => {
  it('-M rexec tells the right password from a wrong one', SLOW, async (t) => {
    const daemon = await startDaemon(t);
    const passwords = join(temporaryFolder(t), 'passwords');
    writeFileSync(passwords, `wrong\n${PASSWORD}\n`);
    const words = ['-M', 'rexec', '-h', '127.0.0.1', '-n', String(daemon.port), '-u', USER, '-P', passwords];
    const { stdout } = await new Program(t, MEDUSA!, words, { stdin: '' }).ended;
    assert.deepEqual(stdout.match(/ACCOUNT FOUND:.*/g), [
      `ACCOUNT FOUND: [rexec] Host: 127.0.0.1 User: ${USER} Password: ${PASSWORD} [SUCCESS]`,
    ]);
  });
});
