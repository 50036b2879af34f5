import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compare, findingText, IN_REXECD, type Target, targets } from '../../../lib/fuzz/index.ts';
import { Machine, noMachine } from '../../support/machine/machine.ts';
import { findProgram, PATIENT } from '../../support/program.ts';

const PROGRAM = findProgram('/usr/sbin/in.rexecd');
const skip = PROGRAM ? noMachine : 'needs in.rexecd (Debian: rsh-server)';
const LOGIN = { user: 'fuzz', password: 's3cret' };
/** Debian's own file, without its delay of two seconds for a login that is refused. */
const PAM = 'auth required pam_unix.so nodelay\naccount required pam_unix.so\n';

describe("our daemon beside Debian's in.rexecd", { ...PATIENT, skip }, () => {
  let machine: Machine;
  let ours: Target;
  let theirs: Target;

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser(LOGIN.user, LOGIN.password, '--shell', '/bin/sh');
    machine.run('tee', ['/etc/pam.d/rexec'], PAM);
    const flags = ['--refusal-seconds', '0.02', '--lockout-failures', '0', '--profile', 'false'];
    const { port } = await machine.rexecd({ flags, service: PAM });
    ours = await targets.address('127.0.0.1', port);
    theirs = await targets.inetd([...machine.entry, PROGRAM!], 'in.rexecd');
  });
  after(async () => {
    await theirs?.close();
    await machine?.end();
  });

  it('differs from it in nothing that is not declared, in 250 scripts', async () => {
    const options = { seed: 512, cases: 250, boundMs: 2000, login: LOGIN, shrinkSeconds: 2 };
    const report = await compare(ours, theirs, { ...options, explained: IN_REXECD });
    const certain = report.findings.filter(({ again }) => again);
    assert.deepEqual(
      certain.map((finding) => findingText(finding, report.seed)),
      [],
    );
    const needed = report.explained.filter(({ count }) => count > 0);
    assert.ok(needed.length >= 8, JSON.stringify(report.explained));
  });

  it('differs from it where nothing is declared (control)', async () => {
    const options = { seed: 512, cases: 24, boundMs: 300, login: LOGIN, shrinkSeconds: 0 };
    const { findings } = await compare(ours, theirs, options);
    const told = findings.map(({ cause }) => cause).join('\n');
    assert.match(told, /^answer for stderrPort port: refused: invalid stderr port and (accepted|none)$/m);
  });
});
