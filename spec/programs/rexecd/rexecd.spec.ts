import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SETTINGS } from '../../../lib/settings/index.ts';
import { PATIENT, ROOT, run, start, usersFileOf } from '../../support/program.ts';

/** A command line or an environment that does not hold, and what the one line about it names. */
const WRONG: readonly (readonly [what: string, args: string[], env: NodeJS.ProcessEnv, names: RegExp[]])[] = [
  ['an unknown flag', ['--nope'], {}, [/--nope/]],
  ['an unknown flag that is nearly one', ['--prot', '5512'], {}, [/--prot/]],
  ['an unknown single-dash word', ['-nope'], {}, [/-n/]],
  ['a single-dash option that is nearly one', ['-degug'], {}, [/'-degug'; did you mean -debug\?$/]],
  ['a word too many', ['extra'], {}, [/extra/]],
  ['a flag without its value', ['--port'], {}, [/--port/]],
  ['a port that is no number', ['--port', '5l2'], {}, [/--port/, /5l2/, /number/]],
  ['a port beyond 65535', ['--port', '70000'], {}, [/--port/, /70000/, /65535/]],
  ['a port with a sign', ['--port', '-1'], {}, [/--port/, /-1/]],
  ['a time that is no number', ['--request-seconds', '1m'], {}, [/--request-seconds/, /1m/, /number/]],
  ['a word that is not on the list', ['--log-level', 'loud'], {}, [/--log-level/, /loud/, /"info"/]],
  ['a charset nobody knows', ['--charset', 'ebcdic'], {}, [/--charset/, /ebcdic/]],
  ['a flag with another one for its value', ['--users', '--port', '0'], {}, [/--users .*missing/]],
  ['a flag with another one, and its value', ['--users', '--port=0'], {}, [/--users .*missing/]],
  ['a flag that is neither true nor false', ['--profile', 'maybe'], {}, [/--profile/, /maybe/]],
  ['a bad variable', [], { REXECD_PORT: 'x' }, [/REXECD_PORT/, /number/]],
  ['an empty variable', [], { REXECD_MAX_CONNECTIONS: '' }, [/REXECD_MAX_CONNECTIONS/]],
  ['a users file that is not there', ['--users', '/no/such/file'], {}, [/\/no\/such\/file/]],
  [
    'an address that is not ours',
    ['--host', '192.0.2.1', '--port', '0', '--log-level', 'error'],
    {},
    [/192\.0\.2\.1/],
  ],
];

describe('the command line of rexecd', PATIENT, () => {
  for (const [what, args, env, names] of WRONG)
    it(`names ${what} in one line of its own, with exit code 1`, async (t) => {
      const { stdout, stderr, status } = await run(t, 'rexecd', args, { env });
      assert.deepEqual([stdout, status], ['', 1]);
      const lines = stderr
        .split('\n')
        .filter((line) => line !== '' && !/^\d{4}-.* error REXECD-110 /.test(line));
      assert.equal(lines.length, 1, stderr);
      assert.match(stderr, /^rexecd: /m);
      for (const name of names) assert.match(lines[0]!, name);
    });

  it('takes a switch without a value for true, whatever comes after it', async (t) => {
    const users = usersFileOf(t);
    const daemon = start(t, 'rexecd', ['--debug', '--log-access', '--port', '0', '--users', users]);
    await daemon.says(/listening on 127\.0\.0\.1 port \d+;/);
    const { stderr } = await run(t, 'rexecd', ['--allow-root', 'status', '--control', '/no/such.sock']);
    assert.match(stderr, /^rexecd: control socket \/no\/such\.sock: /);
  });

  it('prefers a flag to a variable', async (t) => {
    const daemon = start(t, 'rexecd', ['--debug', '--port', '0', '--users', usersFileOf(t)], {
      env: { REXECD_PORT: '1' },
    });
    await daemon.says(/listening on 127\.0\.0\.1 port \d+;/);
  });

  it('takes a variable in place of a flag', async (t) => {
    const daemon = start(t, 'rexecd', ['--debug'], { env: { REXECD_PORT: '0', REXECD_HOST: '127.0.0.2' } });
    await daemon.says(/listening on 127\.0\.0\.2 port \d+;/);
  });

  it('exits with 1 when its port is taken, and names it', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { stdout, stderr, status } = await run(t, 'rexecd', ['--debug', '--port', String(port)]);
    assert.deepEqual([stdout, status], ['', 1]);
    assert.match(
      stderr,
      new RegExp(`REXECD-110 cannot listen:.* port=${port} cause="address already in use"`),
    );
    assert.match(
      stderr,
      new RegExp(`^rexecd: cannot listen: address already in use \\(127\\.0\\.0\\.1 port ${port}\\)$`, 'm'),
    );
  });

  for (const flag of ['-debug', '--debug'])
    it(`with ${flag} says where it listens, and who knows the users`, async (t) => {
      const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
      const users = usersFileOf(t);
      const daemon = start(t, 'rexecd', [flag, '--port', '0', '--users', users]);
      await daemon.says(/logins: .*\n/);
      daemon.child.kill('SIGTERM');
      const { stdout, stderr, status } = await daemon.end();
      assert.deepEqual([stderr, status], ['', 0]);
      const [first, second, ...more] = stdout.trimEnd().split('\n');
      assert.match(first!, /^rexecd (\S+) listening on 127\.0\.0\.1 port \d+; press Ctrl-C to stop$/);
      assert.ok(first!.startsWith(`rexecd ${version} `));
      assert.equal(second, `logins: users file ${users}; commands run as this account`);
      assert.deepEqual(
        more.filter((line) => !/^process \d+, (rexecd|host|reader): account /.test(line)),
        [],
      );
    });

  it('tells its version, and every setting with its default', async (t) => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    assert.deepEqual(await run(t, 'rexecd', ['--version']), {
      stdout: `${version}\n`,
      stderr: '',
      status: 0,
    });
    const { stdout, status } = await run(t, 'rexecd', ['--help']);
    assert.equal(status, 0);
    for (const name of Object.keys(SETTINGS)) {
      const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} `;
      assert.ok(stdout.includes(flag), `${flag} in ${stdout}`);
    }
  });
});
