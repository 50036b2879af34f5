import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { DIRECTORY_SERVICE, Directory, noDirectory } from '../../support/directory.ts';
import { Machine, type RunningDaemon } from '../../support/machine/machine.ts';

const NAME = 'dom@example.org';
const FAILURES = 4;

/** Ways to write the name of one account, for a name source that ignores case. */
const SPELLINGS = [
  ...['dom', 'Dom', 'dOm', 'doM', 'DOM'],
  ...['dom@example.org', 'DOm@EXAMPLE.org', 'dom@Example.ORG', 'dOm@example.org'],
  ...['EXAMPLE.org\\dom', 'example.org\\DOM', 'Example.org\\Dom'],
];

describe('an account that has many spellings (E6)', { ...BOUNDED, skip: noDirectory }, () => {
  let machine: Machine;
  let directory: Directory;
  let daemon: RunningDaemon;

  before(async () => {
    machine = await Machine.make();
    machine.addQuickUser('ada', 'right');
    const person = { names: [NAME], uid: 20_001, gid: 20_100, password: 'right', home: '/srv/home/20001' };
    directory = await Directory.make(machine, [person], [{ name: 'staff-of-directory', gid: 20_100 }]);
    const flags = [
      '--domain-users',
      'true',
      '--domain',
      'user@example.org',
      '--lockout-failures',
      `${FAILURES}`,
    ];
    daemon = await machine.rexecd({
      service: DIRECTORY_SERVICE,
      flags: [...flags, '--refusal-seconds', '0.02', '--drain-seconds', '0.1'],
    });
  }, BOUNDED);
  after(async () => {
    await directory?.end();
    await machine?.end();
  });

  it('is locked out under its own name after as many guesses as any other', async (t) => {
    for (const spelling of SPELLINGS.slice(0, FAILURES)) await daemon.refusal(t, spelling, 'wrong');
    assert.match(
      await daemon.seen(/REXECD-302/),
      new RegExp(`subject="${NAME} from 127\\.0\\.0\\.1" failures=${FAILURES} `),
    );
    for (const spelling of SPELLINGS)
      assert.match(await daemon.refusal(t, spelling, 'right'), /^dom@example\.org from .* is locked out/);
  });

  it('is locked out everywhere, whoever spells it how from where', async (t) => {
    for (let n = 1; n <= 5 * FAILURES; n += 1) {
      const spelling = SPELLINGS[n % SPELLINGS.length]!;
      await (await daemon.ask(t, spelling, 'wrong', 'id', `127.0.3.${n}`)).toEnd();
    }
    assert.match(await daemon.seen(/REXECD-302 .*subject="user /), new RegExp(`subject="user ${NAME}" `));
  });

  it('does not lock out a local user, who has one spelling', async (t) => {
    assert.equal(await daemon.answer(t, 'ada', 'right', 'echo in', '127.0.4.1'), '\0in\n');
  });
});
