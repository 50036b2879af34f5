import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { Installation } from '../../support/machine/installation.ts';
import { PATIENT, run, start, temporaryFolder, usersFileOf } from '../../support/program.ts';
import { noOpenssl, TlsBench } from '../../support/tls/tls.ts';

/** Changes that no daemon would start with, and what names them. */
const REFUSED: readonly (readonly [words: readonly string[], because: RegExp])[] = [
  [['set', 'tls.mode', 'only'], /tls\.certificate/],
  [['set', 'tls.mode', 'beside'], /tls\.certificate/],
  [['set', 'users', '/no/such/users'], /\/no\/such\/users/],
  [['set', 'authenticator', 'users'], /./],
  [
    ['set', 'log.sinks', 'file'],
    /log\.file \/no\/such\/folder\/log: the folder \/no\/such\/folder does not exist/,
  ],
];

describe('a change that the daemon would refuse (E22)', { ...PATIENT, concurrency: 3 }, () => {
  for (const [words, because] of REFUSED)
    it(`is not written while none is running: ${words.join(' ')}`, async (t) => {
      const users = words.includes('authenticator') ? '' : `users = "${usersFileOf(t)}"\n`;
      const here = new Installation(t, `${users}[log]\nfile = "/no/such/folder/log"\n`);
      const { text } = here;
      const { stdout, stderr, status } = await here.rconfig(...words);
      assert.deepEqual([stdout, status], ['', 1]);
      assert.ok(
        stderr.startsWith(`rconfig: ${here.file} was not changed: the daemon would not start with it: `),
        stderr,
      );
      assert.match(stderr, because);
      assert.equal(here.text, text);
    });

  it('is written where the file was no better before, so that faults are put right one by one', async (t) => {
    const here = new Installation(t, 'users = "/no/such/users"\n[tls]\nmode = "only"\n');
    const { stdout, status } = await here.rconfig('set', 'tls.mode', 'off');
    assert.deepEqual([stdout, status], [`listen = 127.0.0.1:512 in ${here.file}\n`, 0]);
    assert.equal(here.text, 'users = "/no/such/users"\nlisten = ["127.0.0.1:512"]\n\n[tls]\n');
  });

  it('may come to be all right: TLS with its certificate first', { skip: noOpenssl }, async (t) => {
    const { cert, key } = new TlsBench().identity;
    const here = new Installation(t, `users = "${usersFileOf(t)}"\n`);
    for (const [name = '', value = ''] of [
      ['certificate', cert],
      ['key', key],
      ['mode', 'only'],
    ])
      assert.equal((await here.rconfig('set', `tls.${name}`, value)).status, 0);
    const { stderr } = await here.rconfig('unset', 'tls.key');
    assert.match(stderr, /was not changed/);
    assert.match(here.text, /^key = /m);
  });
});

/** A daemon that reads the file and has its control socket in the usual place. */
async function running(t: TestContext, text: string) {
  const here = new Installation(t, text);
  const run = temporaryFolder(t);
  const env = process.getuid?.() === 0 ? {} : { XDG_RUNTIME_DIR: run };
  const daemon = start(t, 'rexecd', ['-debug', '--config', here.file, '--policy', here.policy], { env });
  const [, port] = await daemon.says(/ port (\d+);/);
  return { here, env, daemon, port: Number(port) };
}

describe('a running daemon whose settings file has changed (E22)', PATIENT, () => {
  it('keeps the file from what it refuses', async (t) => {
    const { here, env } = await running(t, `port = 0\nusers = "${usersFileOf(t)}"\n`);
    const before = here.text;
    const { stdout, stderr, status } = await here.run(['set', 'host', '192.0.2.77'], { env });
    assert.deepEqual([stdout, status], ['', 1]);
    assert.match(
      stderr,
      /was not changed: the running daemon keeps its current settings: cannot listen: address not available \(192\.0\.2\.77\)/,
    );
    assert.equal(here.text, before);
    const set = await here.run(['set', 'maxConnections', '5'], { env });
    assert.match(set.stdout, /\nthe running daemon now uses it\n$/);
  });

  it('keeps the file from a panel whose port is in use', async (t) => {
    const { here, env } = await running(t, `port = 0\nusers = "${usersFileOf(t)}"\n`);
    const before = here.text;
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { stdout, stderr, status } = await here.run(['set', 'panel.listen', `${port}`], { env });
    assert.deepEqual([stdout, status], ['', 1]);
    assert.ok(
      stderr.endsWith(
        `rconfig: ${here.file} was not changed: the running daemon keeps its current settings: cannot listen: address already in use (127.0.0.1 port ${port})\n`,
      ),
      stderr,
    );
    assert.equal(here.text, before);
    other.close();
    await once(other, 'close');
    const set = await here.run(['set', 'panel.listen', `${port}`], { env });
    assert.match(set.stdout, /\nthe running daemon now uses it\n$/, set.stderr);
    assert.equal((await fetch(`http://127.0.0.1:${port}/metrics`)).status, 200);
  });

  it('is found although the file now names another port or TLS alone', async (t) => {
    const { here, env, port } = await running(t, `port = 0\nusers = "${usersFileOf(t)}"\n`);
    const words = ['--config', here.file, '--policy', here.policy];
    for (const changed of ['port = 54321\n', 'port = 0\ntls.mode = "only"\n']) {
      here.write(changed + here.text.replace(/^(port|tls).*\n/gm, ''));
      const { stdout, stderr, status } = await run(t, 'rexecd', ['sessions', ...words], { env });
      assert.deepEqual([stdout, status], ['no sessions\n', 0], stderr);
      assert.match(stderr, new RegExp(`^no daemon is listening on .*; using .*/${port}\\.sock\n$`));
    }
    const set = await here.run(['unset', 'tls.mode'], { env });
    assert.match(set.stdout, /\nthe running daemon /, set.stderr);
    const named = await run(t, 'rexecd', ['sessions', '--port', '54321', ...words], { env });
    assert.match(named.stderr, /54321\.sock: no daemon is listening there/);
    assert.equal(named.status, 1);
  });
});
