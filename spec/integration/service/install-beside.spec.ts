import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { noPrivateRoot, PrivateRoot } from '../../support/machine/private-root.ts';
import { findProgram, ROOT } from '../../support/program.ts';

const BOUNDED = { timeout: 280_000 } as const;
const NEEDS =
  noPrivateRoot() ||
  (!findProgram('start-stop-daemon') && 'needs start-stop-daemon (Debian: dpkg)') ||
  (!findProgram('update-rc.d') && 'needs update-rc.d (Debian: init-system-helpers)');
const REXECD = `${process.execPath} ${ROOT}lib/cli/rexecd.ts`;
const LOGIN = `${process.execPath} ${ROOT}lib/cli/rexec.ts -l ada -P /root/password 127.0.0.1`;

/** A machine with an account, and without what this one has of the service. */
async function machineOf(): Promise<PrivateRoot> {
  const machine = await PrivateRoot.make('/mnt');
  machine.ok(`useradd --create-home --shell /bin/sh ada; echo ada:s3cret | chpasswd
    printf s3cret > /root/password; chmod 600 /root/password
    rm -rf /etc/rexecd /etc/pam.d/rexecd /var/lib/rexecd /var/log/rexecd
    echo 'OPTIONS="--refusal-seconds 0.05"' > /etc/default/rexecd`);
  return machine;
}

describe('an installation beside inetd (E23)', {
  ...BOUNDED,
  skip:
    NEEDS ||
    (!existsSync('/usr/sbin/in.rexecd') && 'needs in.rexecd (Debian: rsh-server)') ||
    (!findProgram('inetd') && 'needs inetd (Debian: openbsd-inetd)'),
}, () => {
  let machine: PrivateRoot;
  const ENTRY = 'exec stream tcp nowait root /usr/sbin/tcpd /usr/sbin/in.rexecd';

  before(async () => {
    machine = await machineOf();
    machine.ok(`printf '# services\\n\\nexec\\tstream\\ttcp\\tnowait\\troot\\t/usr/sbin/tcpd\\t/usr/sbin/in.rexecd\\n' > /etc/inetd.conf
      grep -q '^exec' /etc/services || echo 'exec 512/tcp' >> /etc/services
      ${findProgram('inetd')}
      until ss -Hltn | grep -q :512; do sleep 0.05; done`);
  }, BOUNDED);
  after(() => machine?.end());

  it('names the program that has the port and the line to remove, and can be completed', () => {
    const { status, stderr } = machine.shell(`${REXECD} -install`);
    assert.equal(status, 1);
    const [, pid] =
      /^rexecd: port 512 is in use by inetd \(process (\d+)\); remove line 3 of \/etc\/inetd\.conf \("(.*)"\), then run "kill -HUP \1" and "rexecd -install" again\n$/.exec(
        stderr,
      ) ?? [];
    assert.ok(pid && stderr.includes(`"${ENTRY}"`), stderr);
    machine.ok(
      `sed -i 3d /etc/inetd.conf; kill -HUP ${pid}; while ss -Hltn | grep -q :512; do sleep 0.05; done`,
    );
    const lines = machine.ok(`${REXECD} -install`).trim().split('\n');
    assert.deepEqual(lines.slice(-3), [
      'listening on 127.0.0.1 port 512',
      'to try a login: rexec -l USER 127.0.0.1 id',
      'log: /var/log/rexecd/console.log',
    ]);
    assert.equal(machine.ok(`${LOGIN} 'id -un'`), 'ada\n');
    assert.match(machine.ok('cat /var/log/rexecd/console.log'), /REXECD-105 started: /);
  });

  it('waits for another one, and forgets nothing that it wrote (E3)', () => {
    machine.ok(`${REXECD} -remove > /dev/null; rm -rf /etc/rexecd /etc/pam.d/rexecd`);
    const many = [1, 2, 3, 4].map((n) => `${REXECD} -install --no-start > /tmp/said${n} 2>&1 & p${n}=$!`);
    machine.ok(`${many.join('\n')}\nfor each in $p1 $p2 $p3 $p4; do wait $each; done`);
    const { files } = JSON.parse(machine.ok('cat /var/lib/rexecd/manifest.json'));
    for (const path of ['/etc/pam.d/rexecd', '/etc/init.d/rexecd', '/lib/systemd/system/rexecd.service'])
      assert.ok(
        files.some((each: { path: string }) => each.path === path),
        path,
      );
    assert.equal(machine.ok('cat /tmp/said? | grep -c "^wrote /etc/init.d/rexecd$"'), '1\n');
    assert.notEqual(machine.shell('ls /var/lib/rexecd.lock').status, 0);
  });

  it('warns of rules of TCP wrappers, which the service does not read (E13)', () => {
    for (const [line, warns] of [
      ['in.rexecd: ALL', true],
      ['ALL : ALL', true],
      ['sshd, in.rexecd : 10.', true],
      ['ALL EXCEPT sshd: ALL', true],
      ['sshd: ALL', false],
      ['# in.rexecd: ALL', false],
      ['in.rlogind: ALL', false],
    ] as const) {
      machine.ok(`printf '%s\\n' '${line}' > /etc/hosts.deny; : > /etc/hosts.allow`);
      const said = machine.ok(`${REXECD} -install`);
      assert.equal(/^warning: \/etc\/hosts\.deny has rules .*denyAddresses$/m.test(said), warns, line);
    }
  });
});

describe('the PAM service of an installation (E2)', {
  ...BOUNDED,
  skip:
    NEEDS || (!existsSync('/var/lib/dpkg/info/rsh-server.list') && 'needs rsh-server (Debian: rsh-server)'),
}, () => {
  let machine: PrivateRoot;

  before(async () => {
    machine = await machineOf();
  }, BOUNDED);
  after(() => machine?.end());

  it('is its own: logins go on when rsh-server is purged', () => {
    const said = machine.ok(`${REXECD} -install`);
    assert.match(said, /^wrote \/etc\/pam\.d\/rexecd$/m);
    assert.match(said, /^note: logins are checked by \/etc\/pam\.d\/rexecd, not by \/etc\/pam\.d\/rexec$/m);
    assert.equal(machine.ok(`${LOGIN} 'id -un'`), 'ada\n');
    machine.ok(
      'dpkg --no-triggers --force-unsafe-io --purge rsh-server > /dev/null 2>&1; test ! -e /etc/pam.d/rexec',
    );
    machine.ok('/etc/init.d/rexecd restart');
    assert.equal(machine.ok(`${LOGIN} 'id -un'`), 'ada\n');
  });

  it('gives commands the language of the machine, and limits and umask (B8)', () => {
    machine.ok(`echo 'LANG="de_AT.UTF-8"' > /etc/default/locale; echo 'COLOR=blue' >> /etc/environment
      echo 'ada - nproc 4321' > /etc/security/limits.d/ada.conf; /etc/init.d/rexecd reload`);
    const said = machine.ok(`${LOGIN} 'echo $LANG $COLOR; grep processes /proc/self/limits'`);
    assert.match(said, /^de_AT\.UTF-8 blue\nMax processes +4321 +4321 /);
    machine.ok('rm /etc/default/locale; /etc/init.d/rexecd reload');
    assert.equal(machine.ok(`${LOGIN} 'echo "<$LANG>"'`), '<>\n', 'the file is optional');
  });

  it('stays that of an earlier version where the administrator wrote it, and says so', () => {
    machine.ok(`${REXECD} -remove > /dev/null; rm -rf /etc/rexecd /etc/pam.d/rexecd
      printf 'auth required pam_unix.so\\naccount required pam_unix.so\\n' > /etc/pam.d/rexec
      mkdir -p /var/lib/rexecd; echo '{ "files": [], "folders": [] }' > /var/lib/rexecd/manifest.json`);
    const said = machine.ok(`${REXECD} -install`);
    assert.match(said, /^note: logins are still checked by \/etc\/pam\.d\/rexec, as before; copy it to /m);
    assert.notEqual(machine.shell('test -e /etc/pam.d/rexecd').status, 0);
    assert.equal(machine.ok(`${LOGIN} 'id -un'`), 'ada\n');
    assert.match(machine.ok('cat /var/log/rexecd/console.log'), /PAM service rexec"/);
    machine.ok('echo "auth required pam_deny.so" > /etc/pam.d/rexecd; /etc/init.d/rexecd restart');
    assert.notEqual(machine.shell(`${LOGIN} 'id -un'`).status, 0, 'our own file rules once it is there');
    machine.ok(
      `rconfig() { ${process.execPath} ${ROOT}lib/cli/rconfig.ts "$@"; }; rconfig set pamService rexec`,
    );
    assert.equal(machine.ok(`${LOGIN} 'id -un'`), 'ada\n');
  });
});
