import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ControlServer } from '../../../lib/control/index.ts';
import { Installation } from '../../support/machine/installation.ts';
import { PATIENT, startRexecd, usersFileOf } from '../../support/program.ts';

/** An installation whose daemon answers `reload` so, and how often it was asked. */
async function running(t: TestContext, reload: () => unknown, text = '') {
  const here = new Installation(t);
  const socket = join(here.folder, 'run', 'control.sock');
  here.write(`control = "${socket}"\nport = 600\n${text}`);
  let asked = 0;
  const server = new ControlServer(socket, {
    reload: () => {
      asked += 1;
      return reload();
    },
  });
  await server.listen();
  t.after(() => server.close());
  return { here, socket, asked: () => asked };
}

describe('rconfig and a running daemon', { ...PATIENT, concurrency: 4 }, () => {
  it('tells it of what is set, taken out and edited', async (t) => {
    let changed = ['limits.backlog'];
    const { here, asked } = await running(t, () => ({ changed }));
    const set = await here.run(['set', 'backlog', '5']);
    assert.deepEqual(set, {
      stdout: `limits.backlog = 5 in ${here.file}\nthe running daemon now uses it\n`,
      stderr: '',
      status: 0,
    });
    const unset = await here.run(['unset', 'backlog']);
    assert.equal(
      unset.stdout,
      `limits.backlog is no longer set in ${here.file}\nthe running daemon now uses it\n`,
    );
    changed = ['log.level', 'launch.profile'];
    const env = {
      EDITOR: 'printf "[launch]\\nprofile = false\\n[log]\\nlevel = \\"info\\"\\n" | tee -a',
      VISUAL: '',
    };
    const edit = await here.run(['edit'], { env });
    assert.match(edit.stdout, /rexecd\.toml is changed\nthe running daemon now uses it\n$/);
    assert.equal(asked(), 3);
  });

  it('tells it nothing with --no-reload', async (t) => {
    const { here, asked } = await running(t, () => ({ changed: [] }));
    const { stdout } = await here.run(['set', 'backlog', '5', '--no-reload']);
    assert.equal(stdout, `limits.backlog = 5 in ${here.file}\n`);
    assert.equal(asked(), 0);
  });

  it('says what the daemon keeps', async (t) => {
    const { here } = await running(t, () => ({ changed: [] }));
    const { stdout, status } = await here.run(['set', 'log.level', 'info']);
    assert.equal(
      stdout,
      `log.level = info in ${here.file}\nthe running daemon keeps its own log.level, set by another file, an environment variable or a flag\n`,
    );
    assert.equal(status, 0);
  });

  it('tells the one that ran before the change, where that moves it', async (t) => {
    const { here, asked } = await running(t, () => ({ changed: ['control', 'port'] }));
    const { stdout } = await here.run(['set', 'control', join(here.folder, 'elsewhere')]);
    assert.match(stdout, /\nthe running daemon now uses it\n$/);
    assert.equal(asked(), 1);
  });

  it('passes on why the daemon would not, with exit code 1; the file is what it was (E22)', async (t) => {
    const { here, socket } = await running(t, () => {
      throw new Error('port 700: permission denied');
    });
    const { stdout, stderr, status } = await here.run(['set', 'port', '700']);
    assert.equal(stdout, '');
    assert.equal(
      stderr,
      `rconfig: ${here.file} was not changed: the running daemon keeps its current settings: port 700: permission denied\n`,
    );
    assert.equal(status, 1);
    assert.equal(here.text, `control = "${socket}"\nport = 600\n`);
  });

  it('does not mind when none runs', async (t) => {
    const here = new Installation(t);
    here.write(`control = "${join(here.folder, 'none')}"\nport = 600\n`);
    const { stdout, stderr, status } = await here.run(['set', 'port', '700']);
    assert.equal(stdout, `listen = 127.0.0.1:700 in ${here.file}\nno daemon is running on port 600\n`);
    assert.deepEqual([stderr, status], ['', 0]);
  });

  it('says that one that takes no orders is to be started again', async (t) => {
    const here = new Installation(t, 'control = "off"\n');
    const { stdout } = await here.run(['set', 'port', '700']);
    assert.match(stdout, /\na running daemon cannot be told to reload \(control is "off"\); restart it\n$/);
    const { stderr, status } = await here.run(['reload']);
    assert.deepEqual([stderr, status], ['rconfig: the daemon has no control socket: control is "off"\n', 1]);
  });

  it('does not tell it of a file in which something else is wrong, and says what', async (t) => {
    const { here, asked } = await running(t, () => ({ changed: [] }), 'prot = 5\n');
    const { stdout, stderr, status } = await here.run(['set', 'backlog', '5']);
    assert.equal(stdout, `limits.backlog = 5 in ${here.file}\n`);
    assert.equal(stderr, `rconfig: ${here.file}:3: unknown setting prot\n`);
    assert.deepEqual([status, asked()], [1, 0]);
  });

  it('makes it read its settings when it is asked to', async (t) => {
    let changed = ['port', 'log.level'];
    const { here } = await running(t, () => ({ changed }));
    assert.equal((await here.run(['reload'])).stdout, 'changed: port log.level\n');
    changed = [];
    assert.equal((await here.run(['reload'])).stdout, 'the running daemon already uses these settings\n');
  });

  it('says when there is none to be asked', async (t) => {
    const here = new Installation(t);
    const socket = join(here.folder, 'none');
    here.write(`control = "${socket}"\n`);
    const { stderr, status } = await here.run(['reload']);
    assert.equal(stderr, `rconfig: control socket ${socket}: no daemon is listening there (check --port)\n`);
    assert.equal(status, 1);
  });

  it('is used by the real one', async (t) => {
    const here = new Installation(t);
    here.write(`control = "${join(here.folder, 'run', 'control.sock')}"\nusers = "${usersFileOf(t)}"\n`);
    await startRexecd(t, ['--config', here.file, '--policy', here.policy, '--backlog', '9']);
    const { stdout } = await here.run(['set', 'maxConnections', '1']);
    assert.equal(stdout, `limits.maxConnections = 1 in ${here.file}\nthe running daemon now uses it\n`);
    assert.match(
      (await here.run(['set', 'backlog', '5'])).stdout,
      /the running daemon keeps its own limits.backlog, /,
    );
    assert.equal((await here.run(['reload'])).stdout, 'the running daemon already uses these settings\n');
  });
});
