import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { ControlError, ControlServer, controlSocketOf, tellDaemon } from '../../../lib/control/index.ts';
import { BOUNDED } from '../../support/daemon/daemon.ts';
import { temporaryFolder } from '../../support/program.ts';

const OPERATIONS = {
  echo: (argument: unknown) => argument,
  fail: () => {
    throw new Error('not today');
  },
  nothing: () => {},
  much: () => 'x'.repeat(20_000_000),
};

const socketIn = (t: TestContext): string => join(temporaryFolder(t), 'run', '512.sock');

async function listening(t: TestContext, path = socketIn(t)): Promise<string> {
  const server = new ControlServer(path, OPERATIONS);
  await server.listen();
  t.after(() => server.close());
  return path;
}

describe('the control socket', BOUNDED, () => {
  it('carries an order and what came of it', async (t) => {
    const path = await listening(t);
    assert.deepEqual(await tellDaemon(path, 'echo', { a: ['é', 1] }), { a: ['é', 1] });
    assert.equal(await tellDaemon(path, 'nothing'), null);
  });

  it('carries a result of many megabytes', async (t) => {
    const path = await listening(t);
    assert.equal(((await tellDaemon(path, 'much')) as string).length, 20_000_000);
  });

  it("tells the daemon's own words when an order fails", async (t) => {
    const path = await listening(t);
    await assert.rejects(tellDaemon(path, 'fail'), new ControlError('not today'));
    for (const operation of ['reboot', 'toString', '__proto__'])
      await assert.rejects(tellDaemon(path, operation), new ControlError(`unknown operation ${operation}`));
  });

  it('names the socket where no daemon listens', async (t) => {
    const path = socketIn(t);
    await assert.rejects(tellDaemon(path, 'echo'), (error: Error) => {
      assert.equal(error.message, `control socket ${path}: no daemon is listening there (check --port)`);
      return true;
    });
  });

  it('can be reached by its own account alone', async (t) => {
    const path = await listening(t);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  });

  it('is not opened in a folder that others may enter', async (t) => {
    const path = socketIn(t);
    mkdirSync(dirname(path));
    chmodSync(dirname(path), 0o755);
    await assert.rejects(listening(t, path), /must not be accessible to others/);
    assert.ok(!existsSync(path));
  });

  it('takes the place of one that a dead daemon left, not of a living one', async (t) => {
    const path = await listening(t);
    await assert.rejects(listening(t, path), /another daemon is already listening there/);
    const stale = socketIn(t);
    mkdirSync(dirname(stale), { mode: 0o700 });
    writeFileSync(stale, '');
    await listening(t, stale);
    assert.equal(await tellDaemon(stale, 'echo', 1), 1);
  });

  for (const bytes of ['\n', 'rubbish\n', '[]\n', 'null\n', `"${'x'.repeat(200_000)}`])
    it(`answers ${JSON.stringify(bytes.slice(0, 12))} with an error`, async (t) => {
      const path = await listening(t);
      const caller = connect(path);
      caller.on('error', () => {}); // what is beyond the limit is not read
      caller.write(bytes);
      assert.match(await text(caller), /^\{"error":".+"\}\n$/);
      assert.equal(await tellDaemon(path, 'echo', 'served'), 'served');
    });

  it('survives a caller that leaves in the middle', async (t) => {
    const path = await listening(t);
    const caller = connect(path);
    await once(caller, 'connect');
    caller.write('{"operation":');
    caller.destroy();
    assert.equal(await tellDaemon(path, 'echo', 'served'), 'served');
  });

  it('has a place of its own for each port', () => {
    assert.notEqual(controlSocketOf(512), controlSocketOf(5512));
    assert.match(controlSocketOf(512), /\/512\.sock$/);
  });
});
