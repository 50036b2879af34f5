import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { noPrivateRoot, PrivateRoot } from '../../support/machine/private-root.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, ROOT, start, temporaryFolder, usersFileOf } from '../../support/program.ts';

const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));

describe('the start of rexecd (E19)', { ...PATIENT, concurrency: 2 }, () => {
  const flags = (users: string) => ['--port', '0', '--users', users, '--control', 'off'];

  it('is one line without -debug, with version, addresses and users', async (t) => {
    const users = usersFileOf(t);
    const daemon = start(t, 'rexecd', flags(users));
    await eventually(() => daemon.stderr.includes('\n'), 'it says something');
    const line = new RegExp(
      `^.*REXECD-105 started: version="${version}" addresses="127\\.0\\.0\\.1:\\d+" logins="users file ${users}; .*"\\n$`,
    );
    assert.match(daemon.stderr, line);
  });

  it('takes a list in parts, and of another setting what is given last', async (t) => {
    const words = [
      '--listen',
      '127.0.0.1:0',
      '--log-format',
      'json',
      '--listen',
      '127.0.0.2:0',
      '--log-format',
      'text',
    ];
    const daemon = start(t, 'rexecd', [...words, '--users', usersFileOf(t), '--control', 'off']);
    await eventually(() => daemon.stderr.includes('\n'), 'it says something');
    assert.match(daemon.stderr, / REXECD-105 started: .* addresses="127\.0\.0\.1:\d+ 127\.0\.0\.2:\d+" /);
  });

  it('is an error in one line on a system that it does not run on', async (t) => {
    const other = `data:text/javascript,Object.defineProperty(process, 'platform', { value: 'darwin' })`;
    const env = { NODE_OPTIONS: `--import="${other.replaceAll(' ', '%20')}"` };
    const { stderr, status } = await start(t, 'rexecd', flags(usersFileOf(t)), { env, stdin: '' }).end();
    const words =
      'rexecd: the daemon runs on Linux and Windows only, this is darwin; rexec and the library run here\n';
    assert.deepEqual([stderr, status], [words, 1]);
  });

  it('that fails once it listens leaves no daemon behind', async (t) => {
    const broken = "data:text/javascript,console.log=()=>{throw(new(Error)('it-is-broken'))}";
    const env = { NODE_OPTIONS: `--import="${broken}"` };
    const words = ['-debug', ...flags(usersFileOf(t))];
    const { stderr, status } = await start(t, 'rexecd', words, { env, stdin: '' }).end();
    assert.deepEqual([stderr, status], ['rexecd: it-is-broken\n', 1]);
  });

  it('names every address with -debug', async (t) => {
    const listen = ['--listen', '127.0.0.1:0,127.0.0.2:0'];
    const words = ['-debug', ...listen, '--users', usersFileOf(t), '--control', 'off'];
    const daemon = start(t, 'rexecd', words);
    await daemon.says(
      / listening on 127\.0\.0\.1 port \d+; .*\nalso listening on 127\.0\.0\.2 port \d+\nlogins: /,
    );
  });

  it('warns of variables that are no settings, and says what was probably meant', async (t) => {
    const env = {
      REXECD_MAX_CONECTIONS: '3',
      REXECD_FOO_BAR_BAZ: '1',
      REXECD_STDIO: 'auto',
      REXECD_TLS_HOST: '127.0.0.1',
    };
    const daemon = start(t, 'rexecd', [...flags(usersFileOf(t)), '-debug'], { env });
    await daemon.says(/logins: /);
    assert.equal(
      daemon.stderr,
      'rexecd: warning: REXECD_MAX_CONECTIONS is no setting and has no effect; did you mean REXECD_MAX_CONNECTIONS?\n' +
        'rexecd: warning: REXECD_FOO_BAR_BAZ is no setting and has no effect\n',
    );
  });

  it('warns once of keys of an earlier version', async (t) => {
    const file = join(temporaryFolder(t), 'rexecd.toml');
    writeFileSync(file, `port = 0\nmaxConnections = 5\nusers = "${usersFileOf(t)}"\n`);
    const daemon = start(t, 'rexecd', ['-debug', '--config', file, '--control', 'off']);
    await daemon.says(/logins: /);
    assert.equal(
      daemon.stderr,
      `rexecd: warning: ${file}:1: port is now part of listen (and 2 more); "rconfig migrate" rewrites the file\n`,
    );
  });

  it('is written to the sinks of the log, also if only errors are', async (t) => {
    const file = join(temporaryFolder(t), 'log');
    const log = ['--log-level', 'error', '--log-sinks', 'file', '--log-file', file, '--log-format', 'json'];
    const daemon = start(t, 'rexecd', [...flags(usersFileOf(t)), ...log]);
    const text = () => {
      try {
        return readFileSync(file, 'utf8');
      } catch {
        return '';
      }
    };
    await eventually(() => text().includes('\n'), `the event is written: ${daemon.stderr}`);
    assert.match(text(), /REXECD-105/);
    assert.equal(daemon.stderr, '');
  });
});

describe('a host that is an address which appears later (E11)', { ...PATIENT, skip: noPrivateRoot() }, () => {
  let machine: PrivateRoot;
  const rexecd = `cd ${ROOT}; echo s3cret > /tmp/secret; export REXECD_ALLOW_ROOT=true REXECD_READER_ACCOUNT=nobody
    rexecd="${process.execPath} lib/cli/rexecd.ts --users /tmp/users --port 5512"
    test -e /tmp/users || $rexecd --add-user ada < /tmp/secret > /dev/null`;
  const ask = `${process.execPath} lib/cli/rexec.ts -l ada -P /tmp/secret --port 5512`;

  before(async () => {
    machine = await PrivateRoot.make('/mnt');
  }, PATIENT);
  after(() => machine?.end());

  for (const [host, add] of [
    ['10.99.0.1', '10.99.0.1/32'],
    ['fd00:99::1', 'fd00:99::1/128'],
  ] as const)
    it(`is served without a restart by a service: ${host}`, () => {
      const said = machine.ok(`${rexecd}
        start-stop-daemon --start --background --make-pidfile --pidfile /tmp/pid --output /tmp/said \\
          --chdir ${ROOT} --startas ${process.execPath} -- \\
          lib/cli/rexecd.ts --users /tmp/users --port 5512 --host ${host}
        daemon=$(cat /tmp/pid)
        until grep -q REXECD-105 /tmp/said; do kill -0 $daemon; sleep 0.1; done
        ip addr add ${add} dev lo nodad 2> /dev/null || ip addr add ${add} dev lo
        timeout 40 ${ask} ${host} 'echo served' || { cat /tmp/said; exit 1; }
        kill $daemon; while kill -0 $daemon 2> /dev/null; do sleep 0.1; done; cat /tmp/said; : > /tmp/said`);
      assert.match(said, /^served$/m);
      assert.match(said, new RegExp(`REXECD-119 .* address="?${host}"? port=5512`));
    });

  for (const debug of ['-debug', ''])
    it(`is an error for a person who starts it by hand ${debug}`, () => {
      const { status, stderr } = machine.shell(`${rexecd}; exec $rexecd ${debug} --host 10.99.0.2`);
      assert.equal(status, 1);
      assert.match(stderr, /^rexecd: cannot listen: address not available \(10\.99\.0\.2/m);
    });
});
