import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { PASSWORD, startDaemon, USER } from '../support/daemon/daemon.ts';
import { start } from '../support/program.ts';
import { WineDaemon } from './support/daemon.ts';
import { ON_WINE, prepareWine, type WineFolder, wine, wineFolder } from './support/wine.ts';

describe('the programs on Wine', ON_WINE, () => {
  before(prepareWine);

  const program = (folder: WineFolder, name: string, words: readonly string[], stdin = '') => {
    const input = join(folder.path, 'input');
    writeFileSync(input, stdin);
    return wine(folder, ['N:\\bin\\node.exe', `R:\\lib\\cli\\${name}.ts`, ...words], {}, input);
  };

  it('rexecd adds users to a users file, lists and removes them, and knows them then', async (t) => {
    const folder = wineFolder(t);
    const users = (...words: string[]) =>
      program(folder, 'rexecd', ['--users', folder.at('ours'), ...words], `${PASSWORD}\n`);
    assert.equal((await users('--add-user', USER)).stdout, `${USER}: added\n`);
    assert.equal((await users('--add-user', 'grace')).stdout, 'grace: added\n');
    assert.equal((await users('--remove-user', 'grace')).stdout, 'grace: removed\n');
    assert.equal((await users('--list-users')).stdout, `${USER}\n`);
    const daemon = await WineDaemon.start(t, folder, ['--users', folder.at('ours')]);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${daemon.port}`, '127.0.0.1', 'echo in'];
    assert.equal((await start(t, 'rexec', words, { stdin: '' }).end()).stdout, 'in\r\n');
  });

  it('rexec runs a command, with both outputs, its input and its exit status', async (t) => {
    const { port } = await startDaemon(t);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${port}`, '127.0.0.1'];
    const folder = wineFolder(t);
    const ended = await program(folder, 'rexec', [...words, 'cat; echo err >&2; exit 7'], 'in\n');
    assert.deepEqual(ended, { stdout: 'in\n', stderr: 'err\n', status: 7 });
    const refused = await program(folder, 'rexec', [
      '-p',
      'wrong',
      ...words.slice(0, 2),
      ...words.slice(4),
      'id',
    ]);
    assert.match(refused.stderr, /Login incorrect\./);
    assert.notEqual(refused.status, 0);
  });

  it('rconfig sets and gets a setting, and finds no fault with it', async (t) => {
    const folder = wineFolder(t);
    const config = ['--config', folder.at('rexecd.toml'), '--no-reload'];
    const file = '[log]\nfile = "C:\\\\logs\\\\rexecd.log"\n';
    writeFileSync(join(folder.path, 'rexecd.toml'), file, { mode: 0o600 });
    assert.equal(
      (await program(folder, 'rconfig', [...config, 'set', 'limits.maxConnections', '5'])).status,
      0,
    );
    assert.equal(
      (await program(folder, 'rconfig', [...config, 'get', 'limits.maxConnections'])).stdout,
      '5\n',
    );
    assert.equal(
      (await program(folder, 'rconfig', [...config, 'get', 'log.file'])).stdout,
      'C:\\logs\\rexecd.log\n',
    );
    assert.match(readFileSync(join(folder.path, 'rexecd.toml'), 'utf8'), /maxConnections = 5/);
  });

  it('have their files in ProgramData unless a setting says otherwise', async (t) => {
    const folder = wineFolder(t);
    const get = async (key: string) => (await program(folder, 'rconfig', ['get', key])).stdout;
    assert.equal(await get('login.users'), 'C:\\ProgramData\\rexecd\\users\n');
    assert.equal(await get('log.file'), 'C:\\ProgramData\\rexecd\\rexecd.log\n');
  });

  it('write a log file where a drive letter names it', async (t) => {
    const folder = wineFolder(t);
    const log = ['--log-sinks', 'file', '--log-file', folder.at('rexecd.log')];
    const daemon = await WineDaemon.start(t, folder, log);
    const words = ['-l', USER, '-p', PASSWORD, '--port', `${daemon.port}`, '127.0.0.1', 'echo in'];
    await start(t, 'rexec', words, { stdin: '' }).end();
    assert.match(readFileSync(join(folder.path, 'rexecd.log'), 'utf8'), /"id":"REXECD-402"/);
  });
});
