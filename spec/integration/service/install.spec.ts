import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { journalCatalogue } from '../../../lib/events/index.ts';
import { noPrivateRoot, PrivateRoot } from '../../support/machine/private-root.ts';
import { findProgram, PATIENT, ROOT, run, temporaryFolder } from '../../support/program.ts';

const BOUNDED = { timeout: 240_000 } as const;
const NEEDS =
  noPrivateRoot() ||
  (!findProgram('start-stop-daemon') && 'needs start-stop-daemon (Debian: dpkg)') ||
  (!findProgram('update-rc.d') && 'needs update-rc.d (Debian: init-system-helpers)');
const NODE = process.execPath;
const SCRIPT = '/etc/init.d/rexecd';
const REXECD = `${NODE} ${ROOT}lib/cli/rexecd.ts`;
const QUICK = 'OPTIONS="--refusal-seconds 0.05 --profile false --log-level info"';
const WRITTEN = `find /etc /usr/lib/systemd /usr/share/man /var/lib /var/log -newer /root/mark ! -type d | sort`;

/** Each test goes on where the one before it left the machine. */
describe('the service on a machine without systemd', { ...BOUNDED, skip: NEEDS }, () => {
  let machine: PrivateRoot;

  before(async () => {
    machine = await PrivateRoot.make('/mnt');
    machine.ok(`useradd --create-home ada; echo ada:s3cret | chpasswd; printf s3cret > /root/password; chmod 600 /root/password
      echo 'ada - nproc 4321' > /etc/security/limits.d/ada.conf
      rm -f /etc/pam.d/rexec /etc/pam.d/rexecd; rm -rf /var/log/rexecd; echo '${QUICK}' > /etc/default/rexecd; touch /root/mark`);
  });
  after(() => machine.end());

  const rexec = (command: string, port = 512) =>
    `${NODE} ${ROOT}lib/cli/rexec.ts --port ${port} -l ada -P /root/password 127.0.0.1 '${command}'`;
  /** What an installation or a removal says. */
  const linesOf = (words: string) => machine.ok(`${REXECD} ${words}`).trim().split('\n');
  const pid = () => Number(machine.ok('cat /run/rexecd.pid'));

  it('says which account its readers would get', () => {
    assert.ok(linesOf('-install --dry-run').includes('would make account rexecd, which cannot log in'));
    assert.notEqual(machine.shell('getent passwd rexecd').status, 0);
  });

  it('says why the account of its readers cannot be made', () => {
    const fails = (why: string) =>
      new RegExp(
        `^rexecd: cannot make account rexecd \\(readerAccount\\): ${why}; make an account that cannot log in, then `,
        'm',
      );
    machine.ok('groupadd rexecd');
    const taken = machine.shell(`${REXECD} -install`);
    machine.ok('groupdel rexecd; mv /usr/sbin/useradd /root/useradd');
    const without = machine.shell(`${REXECD} -install`);
    machine.ok('mv /root/useradd /usr/sbin/useradd');
    assert.deepEqual([taken.status, without.status], [1, 1]);
    assert.match(taken.stderr, fails('useradd .* rexecd: useradd: group rexecd exists.*'));
    assert.match(without.stderr, fails('there is no program useradd'));
  });

  it('says why it does not start, when it is installed', () => {
    const taken = `${NODE} -e "require('net').createServer().listen(512, '127.0.0.1')" > /dev/null 2>&1`;
    machine.ok(`${taken} & echo $! > /tmp/taken; until ss -Hltn | grep -q :512; do sleep 0.05; done`);
    const { status, stdout, stderr } = machine.shell(`${REXECD} -install`);
    machine.ok('kill $(cat /tmp/taken); while ss -Hltn | grep -q :512; do sleep 0.05; done');
    assert.equal(status, 1);
    assert.match(stdout, /^made account rexecd, which cannot log in$/m);
    assert.match(stdout, /^enabled rexecd \(update-rc\.d\)$/m);
    assert.match(
      stderr,
      /^rexecd: port 512 is in use by \S+ \(process \d+\); stop it or choose another port/,
    );
  });

  it('is installed and started, now and at boot', () => {
    const lines = linesOf('-install');
    assert.ok(
      lines.every((line) =>
        /^(unchanged .*|started rexecd \(\/etc\/init\.d\/rexecd start\)|listening on .*|to try .*|log: .*)$/.test(
          line,
        ),
      ),
      lines.join('\n'),
    );
    assert.match(machine.ok(`ss -Hltnp 'sport = :512'`), new RegExp(`127\\.0\\.0\\.1:512 .*pid=${pid()},`));
    assert.equal(machine.ok('ls /etc/rc2.d/S??rexecd /etc/rc0.d/K??rexecd | wc -l').trim(), '2');
  });

  it('has readers of an account that it made, which cannot log in', () => {
    assert.match(
      machine.ok('getent passwd rexecd'),
      /^rexecd:x:\d+:\d+::\/nonexistent:\/usr\/sbin\/nologin\n$/,
    );
    assert.match(machine.ok('getent shadow rexecd'), /^rexecd:!/);
    const readers = machine.ok(`ps -o user=,args= --ppid ${pid()} | grep /lib/readers/`).trim().split('\n');
    assert.equal(readers.length, 1);
    assert.match(readers[0]!, /^rexecd /);
  });

  it('logs a user in by the PAM service it wrote, with a session of PAM', () => {
    const said = machine.ok(rexec('id -un; pwd; grep processes /proc/self/limits'));
    assert.match(said, /^ada\n\/home\/ada\nMax processes +4321 +4321 /);
  });

  it('goes on as it is when it is installed again, and when only a trial of its removal is asked for', () => {
    const before = pid();
    const lines = [...linesOf('--install'), ...linesOf('-remove --dry-run')].filter(
      (line) => !/^unchanged (\/|account )|^would delete |^(listening on|to try|log:) /.test(line),
    );
    assert.deepEqual(lines, [
      'unchanged; rexecd is running',
      `would stop rexecd (${SCRIPT} stop)`,
      ...(findProgram('systemctl') ? ['would disable rexecd (systemctl disable rexecd.service)'] : []),
      'would keep /var/log/rexecd (not empty)',
      'would disable rexecd (update-rc.d)',
    ]);
    machine.ok(`${SCRIPT} status`);
    assert.equal(pid(), before);
  });

  it('reads its settings again', () => {
    const before = pid();
    machine.ok(`sed -i '0,/^# listen = .*/s//listen = ["127.0.0.1:5512"]/' /etc/rexecd/rexecd.toml; ${SCRIPT} reload
      until ss -Hltn | grep -q :5512; do sleep 0.05; done`);
    assert.equal(machine.ok(rexec('echo reloaded', 5512)), 'reloaded\n');
    assert.equal(pid(), before);
  });

  it('says what is wrong with its settings when it reads them again, with status 1 (E10)', () => {
    const before = pid();
    for (const [line, why] of [
      ['lisen = 1', /^rexecd: \/etc\/rexecd\/rexecd\.toml:1: unknown setting lisen; did you mean listen\?$/m],
      ['control = 5', /^rexecd: \/etc\/rexecd\/rexecd\.toml:1: control: invalid value 5/m],
      ['users = "/no/such/users"', /^rexecd: .*\/no\/such\/users/m],
    ] as const) {
      machine.ok(`sed -i '1i ${line}' /etc/rexecd/rexecd.toml`);
      const { status, stderr } = machine.shell(`${SCRIPT} reload`);
      machine.ok('sed -i 1d /etc/rexecd/rexecd.toml');
      assert.equal(status, 1, line);
      assert.match(stderr, why);
    }
    assert.equal(machine.shell(`${SCRIPT} reload`).status, 0);
    assert.equal(machine.ok(rexec('echo served', 5512)), 'served\n');
    assert.equal(pid(), before);
  });

  it('lets a command end before it stops', () => {
    machine.ok(`mkfifo /tmp/stdin; ${rexec('echo up; cat', 5512)} < /tmp/stdin > /tmp/stdout 2>&1 & command=$!
      exec 7> /tmp/stdin
      until grep -q up /tmp/stdout; do sleep 0.05; done
      ${SCRIPT} stop > /dev/null 7>&- & stop=$!
      while ss -Hltn | grep -q :5512; do sleep 0.05; done
      kill -0 $stop # it waits still
      echo the end >&7; exec 7>&-
      wait $command; wait $stop`);
    assert.equal(machine.ok('cat /tmp/stdout'), 'up\nthe end\n');
    assert.equal(machine.shell(`${SCRIPT} status`).status, 3);
  });

  it('is stopped and removed, but for what was changed', () => {
    machine.ok(`${SCRIPT} start`);
    const running = pid();
    const lines = linesOf('-remove');
    assert.equal(lines[0], `stopped rexecd (${SCRIPT} stop)`);
    assert.ok(
      lines.includes('kept /etc/rexecd/rexecd.toml (changed since it was installed)'),
      lines.join('\n'),
    );
    assert.equal(lines.at(-1), 'disabled rexecd (update-rc.d)');
    assert.notEqual(machine.shell(`kill -0 ${running}`).status, 0);
    const left = machine
      .ok(WRITTEN)
      .trim()
      .split('\n')
      .filter((path) => /rexec/.test(path));
    assert.deepEqual(left, ['/etc/rexecd/rexecd.toml', '/var/log/rexecd/console.log']);
    machine.ok('getent passwd rexecd'); // its number must not go to another account
    assert.deepEqual(linesOf('-remove'), ['nothing to remove: /var/lib/rexecd/manifest.json does not exist']);
  });
});

describe('rexecd -install and -remove', PATIENT, () => {
  it('work on a folder, which may be a trial', async (t) => {
    const root = temporaryFolder(t);
    const trial = await run(t, 'rexecd', ['-install', '--root', root, '--dry-run']);
    assert.match(trial.stdout, new RegExp(`^would write ${root}/lib/systemd/system/rexecd.service$`, 'm'));
    assert.deepEqual(readdirSync(root), []);
    const installed = await run(t, 'rexecd', ['-install', '--root', root]);
    assert.deepEqual([installed.stderr, installed.status], ['', 0]);
    const unit = readFileSync(join(root, 'lib/systemd/system/rexecd.service'), 'utf8');
    assert.ok(
      unit.includes(
        `ExecStart=${NODE} --disable-sigusr1 --max-semi-space-size=4 ${ROOT}lib/cli/rexecd.ts $OPTIONS\n`,
      ),
      unit,
    );
    const catalogue = readFileSync(join(root, 'usr/lib/systemd/catalog/rexecd.catalog'), 'utf8');
    assert.equal(catalogue, journalCatalogue());
    const removed = await run(t, 'rexecd', ['-remove', '--root', root]);
    assert.deepEqual([removed.stderr, removed.status], ['', 0]);
    assert.deepEqual(readdirSync(root), []);
  });

  it('say in one line what cannot be', async (t) => {
    const file = join(temporaryFolder(t), 'file');
    writeFileSync(file, '');
    const both = await run(t, 'rexecd', ['-install', '-remove', '--root', file]);
    assert.deepEqual(both, {
      stdout: '',
      stderr: 'rexecd: -install and -remove cannot be used together\n',
      status: 1,
    });
    const { stdout, stderr, status } = await run(t, 'rexecd', ['-install', '--root', file]);
    assert.deepEqual([stdout, status], ['', 1]);
    assert.match(stderr, new RegExp(`^rexecd: cannot .*${file}.*: not a directory\n$`));
  });
});
