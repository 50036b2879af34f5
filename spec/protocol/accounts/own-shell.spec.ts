import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { apart } from '../../support/daemon/account-run.ts';
import { BOUNDED, PASSWORD } from '../../support/daemon/daemon.ts';
import { Machine, noMachine, QUICK, type RunningDaemon } from '../../support/machine/machine.ts';

/** Modules that read /etc/environment, as Debian's services do. */
const SERVICES = {
  'an auth module': 'auth required pam_env.so\nauth required pam_unix.so\naccount required pam_unix.so',
  'a session module':
    'auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_env.so readenv=1',
} as const;

const ENVIRONMENT = 'SHELL=/bin/bash\nshell=/bin/bash\nCOMSPEC=/bin/bash\nComSpec=/bin/bash\n';

/** Accounts and their shells: in passwd(5), whatever /etc/environment says. */
const ACCOUNTS = {
  plain: '/bin/sh',
  restricted: '/bin/rbash',
  closed: '/usr/sbin/nologin',
  gone: '/no/such/shell',
} as const;

describe('the shell that /etc/environment names', { ...BOUNDED, skip: noMachine }, () => {
  let machine: Machine;
  const daemons: Record<string, RunningDaemon> = {};

  before(async () => {
    machine = await Machine.make();
    machine.run('tee', ['/etc/environment'], ENVIRONMENT);
    machine.run('tee', ['/etc/shells'], '/bin/sh\n/bin/bash\n');
    for (const [name, shell] of Object.entries(ACCOUNTS))
      machine.addQuickUser(name, PASSWORD, '--shell', shell);
    const started = Object.entries(SERVICES).flatMap(([by, service]) =>
      ['usable', 'listed', 'any'].map(async (shells) => {
        if (shells !== 'usable' && by !== 'an auth module') return;
        const flags = [...QUICK, '--shells', shells];
        daemons[`${by} ${shells}`] = await machine.rexecd({ flags, service });
      }),
    );
    await Promise.all(started);
  });
  after(() => machine.end());

  for (const by of Object.keys(SERVICES)) {
    it(`B7: through ${by} does not run the commands of an account`, async (t) => {
      const command = 'echo "$0"; cat /proc/$$/comm; :';
      const { stdout } = await apart(t, daemons[`${by} usable`]!, 'plain', command);
      assert.equal(stdout, 'sh\nsh\n');
    });

    it(`B7: through ${by} does not let an account out of its restricted shell`, async (t) => {
      const command = 'shopt -q restricted_shell && echo restricted; cd / && echo out';
      const { stdout, stderr } = await apart(t, daemons[`${by} usable`]!, 'restricted', command);
      assert.equal(stdout, 'restricted\n');
      assert.match(stderr, /cd: restricted/);
    });

    it(`B7: through ${by} is a variable of the command, as all are that it sets`, async (t) => {
      const command = 'printenv SHELL shell COMSPEC ComSpec';
      const { stdout } = await apart(t, daemons[`${by} usable`]!, 'plain', command);
      assert.equal(stdout, '/bin/bash\n'.repeat(4));
    });

    it(`B7: through ${by} does not stand in for a shell that is missing`, async (t) => {
      const daemon = daemons[`${by} usable`]!;
      assert.equal(await daemon.answer(t, 'gone', PASSWORD, 'echo ran'), '\x01Try again.\n');
    });

    it(`B7: through ${by} does not open an account whose shell is nologin`, async (t) => {
      assert.match(await daemons[`${by} usable`]!.refusal(t, 'closed', PASSWORD), /nologin/);
    });
  }

  it('B7: is not what the setting shells looks at', async (t) => {
    const listed = daemons['an auth module listed']!;
    assert.match(await listed.refusal(t, 'restricted', PASSWORD), /rbash/);
    assert.match(await listed.refusal(t, 'closed', PASSWORD), /nologin/);
    assert.equal((await apart(t, listed, 'plain', 'cat /proc/$$/comm; :')).stdout, 'sh\n');
  });

  it('B7: is not run where the setting shells allows any', async (t) => {
    const any = daemons['an auth module any']!;
    const { stdout, status } = await apart(t, any, 'closed', 'echo ran');
    assert.match(stdout, /not available/);
    assert.equal(status, 'exit 1');
    assert.equal((await apart(t, any, 'restricted', 'shopt -q restricted_shell')).status, 'exit 0');
  });
});
