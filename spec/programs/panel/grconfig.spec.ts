import assert from 'node:assert/strict';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { freePort } from '../../support/free-port.ts';
import { ask, bearerFor, JSON_TYPE, startPanel, verb } from '../../support/panel/panel.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, run, start, startRexecd, temporaryFolder, usersFileOf } from '../../support/program.ts';

describe('grconfig', PATIENT, () => {
  it('prints an address that works once, and the line of ssh', async (t) => {
    const panel = await startPanel(t);
    const words = ['--config', panel.config, '--control', join(panel.config, '../run/control.sock')];
    const { stdout, stderr, status } = await run(t, 'grconfig', words);
    assert.deepEqual([stderr, status], ['', 0]);
    const [, ticket = ''] = /^ {2}http:\/\/127\.0\.0\.1:\d+\/#([\w-]{43})$/m.exec(stdout) ?? [];
    assert.match(
      stdout,
      new RegExp(`^ {2}ssh -L ${panel.panelPort}:127\\.0\\.0\\.1:${panel.panelPort} \\S+$`, 'm'),
    );
    const trade = () =>
      ask(panel, '/ticket', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify({ ticket }) });
    const [first, second] = [await trade(), await trade()];
    assert.deepEqual([first.status, JSON.parse(first.body).role], [200, 'admin']);
    assert.deepEqual([second.status, second.headers['set-cookie']], [401, undefined]);
    const viewer = await run(t, 'grconfig', ['--viewer', ...words]);
    assert.match(viewer.stdout, /it works once \(viewer\)/);
  });

  it('says how to turn the panel on', async (t) => {
    const socket = join(temporaryFolder(t), 'run', 'c.sock');
    await startRexecd(t, ['--users', usersFileOf(t), '--control', socket]);
    const { stderr, status } = await run(t, 'grconfig', ['--control', socket]);
    const says = 'grconfig: the panel is off; turn it on: rconfig set panel.listen 8512\n';
    assert.deepEqual([stderr, status], [says, 1]);
  });
});

describe('a trial', PATIENT, () => {
  it('has a panel if it is asked for, which changes nothing without a settings file', async (t) => {
    const folder = temporaryFolder(t);
    const control = join(folder, 'run', 'c.sock');
    const words = ['-debug', '--try', join(folder, 'trial'), '--panel-listen', '0', '--control', control];
    const daemon = start(t, 'rexecd', words);
    await daemon.says(/^try: /m);
    const { stdout } = await run(t, 'grconfig', ['--control', control]);
    const [, port = '', ticket] = /127\.0\.0\.1:(\d+)\/#(\S+)/.exec(stdout) ?? [];
    const trial = { panelPort: Number(port) };
    const answer = await ask(trial, '/ticket', {
      method: 'POST',
      headers: JSON_TYPE,
      body: JSON.stringify({ ticket }),
    });
    const changes = [{ key: 'log.access', value: true }];
    const { status, body } = await verb(trial, 'set', JSON.parse(answer.body).bearer, { changes });
    assert.deepEqual(
      [status, JSON.parse(body).message],
      [409, 'This daemon reads no settings file, so nothing can be changed in one.'],
    );
  });
});

describe('the panel', PATIENT, () => {
  it('is opened, moved and closed by a reload, and sessions outlive it', async (t) => {
    const panel = await startPanel(t);
    const bearer = await bearerFor(panel);
    assert.equal((await verb(panel, 'session', bearer, { id: 'x' })).status, 200);
    const socket = join(temporaryFolder(t), 'web.sock');
    const place = (value: string) =>
      writeFileSync(
        panel.config,
        panel.settings().replace(/\[panel\]\nlisten = ".*"/, `[panel]\nlisten = "${value}"`),
      );
    place(socket);
    assert.equal(await panel.tell('reload'), 'changed: panel.listen\n');
    await assert.rejects(ask(panel, '/metrics'), { code: 'ECONNREFUSED' });
    assert.equal(statSync(socket).mode & 0o777, 0o600, 'for this account alone');
    const answer = await new Promise<string>((resolve, reject) => {
      request({ socketPath: socket, path: '/metrics', headers: { host: 'localhost:8512' } })
        .on('response', (response) => text(response).then(resolve, reject))
        .on('error', reject)
        .end();
    });
    assert.match(answer, /^rexecd_build_info/m);
    assert.match(await panel.tell('panel'), new RegExp(`ssh -L 8512:${socket} `));
    place(`${panel.panelPort}`);
    assert.equal(await panel.tell('reload'), 'changed: panel.listen\n');
    assert.ok(!existsSync(socket));
    assert.equal((await verb(panel, 'session', bearer, { id: 'x' })).status, 200);
    await panel.restart();
    await eventually(
      async () => (await verb(panel, 'session', bearer, { id: 'x' })).status === 200,
      'it is known',
    );
    place('');
    assert.equal(await panel.tell('reload'), 'changed: panel.listen\n');
    await assert.rejects(ask(panel, '/metrics'), { code: 'ECONNREFUSED' });
  });

  it('stays where it is if a reload cannot move it', async (t) => {
    const panel = await startPanel(t);
    const before = panel.settings();
    const taken = panel.port;
    const move = (words: string) => writeFileSync(panel.config, words);
    move(before.replace(`listen = "${panel.panelPort}"`, `listen = "${taken}"`));
    assert.match(
      await panel.tell('reload'),
      new RegExp(`cannot listen: address already in use \\(127\\.0\\.0\\.1 port ${taken}\\)\n$`),
    );
    assert.equal((await ask(panel, '/metrics')).status, 200);
    // What was opened for a reload that fails elsewhere is given up.
    const free = await freePort();
    move(
      before
        .replace(`listen = "${panel.panelPort}"`, `listen = "${free}"`)
        .replace(`listen = ["127.0.0.1:${taken}"]`, 'listen = ["192.0.2.77:0"]'),
    );
    assert.match(await panel.tell('reload'), /address not available/);
    await assert.rejects(ask({ panelPort: free }, '/metrics'), { code: 'ECONNREFUSED' });
    assert.equal((await ask(panel, '/metrics')).status, 200);
  });

  it('answers to more names if the settings have them', async (t) => {
    const panel = await startPanel(t);
    const status = async () =>
      (await ask(panel, '/metrics', { headers: { host: 'panel.example.org' } })).status;
    assert.equal(await status(), 421);
    writeFileSync(
      panel.config,
      panel.settings().replace('[panel]\n', '[panel]\nhosts = ["panel.example.org"]\n'),
    );
    assert.equal(await panel.tell('reload'), 'changed: panel.hosts\n');
    assert.equal(await status(), 200);
  });
});
