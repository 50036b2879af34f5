import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import {
  ask,
  bearerFor,
  JSON_TYPE,
  type Panel,
  panelProcessOf,
  startPanel,
  verb,
} from '../../support/panel/panel.ts';
import { eventually, within } from '../../support/peer.ts';
import { PATIENT } from '../../support/program.ts';

/** What the panel answers to bytes, to the end of the connection. */
async function raw(t: TestContext, { panelPort }: Panel, bytes: string): Promise<string> {
  const socket = connect(panelPort, '127.0.0.1');
  t.after(() => void socket.destroy());
  socket.on('error', () => {});
  socket.write(bytes);
  return within(text(socket), 'the end of the connection');
}

describe('the panel without a ticket', PATIENT, () => {
  it('gives counters, and nothing else', async (t) => {
    const panel = await startPanel(t);
    const remote = panel.call('echo in; exec sleep 600 # s3cret-word');
    await remote.says(/in/);
    // They are made at most once a second.
    const counted = async () => (await ask(panel, '/metrics')).body.includes('state="running"} 1\n');
    await eventually(counted, 'the session is counted');
    const { status, headers, body } = await ask(panel, '/metrics');
    assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
    assert.ok(!/ada|s3cret-word|127\.0\.0\.1/.test(body), 'no name, command or address');
    for (const path of ['/events', '/ticket']) assert.equal((await ask(panel, path)).status, 401, path);
    for (const name of ['kill', 'unlock', 'reload', 'set', 'session', 'leave']) {
      const wrong = await verb(panel, name, 'A'.repeat(43), {});
      assert.ok(wrong.status === 401 || wrong.status === 409, `${name} ${wrong.status}`);
      const none = await ask(panel, `/verb/${name}`, { method: 'POST', headers: JSON_TYPE, body: '{}' });
      assert.equal(none.status, 401, name);
    }
  });

  it('has nothing where no file of the page is', async (t) => {
    const panel = await startPanel(t);
    const body = '{"ticket":"x"}';
    for (const path of [
      '/page/',
      '/page/../server/site.ts',
      '/page/%2e%2e/protocol.ts',
      '//etc/passwd',
      '/page/tsconfig.json',
      '/verb/trade',
      '/verb/news',
      '/verb/__proto__',
      '/constructor',
    ]) {
      assert.equal((await ask(panel, path)).status, 404, path);
      const sent = await ask(panel, path, { method: 'POST', headers: JSON_TYPE, body });
      assert.equal(sent.status, 404, path);
    }
  });
});

describe('a viewer', PATIENT, () => {
  it('reads and changes nothing', async (t) => {
    const panel = await startPanel(t);
    const bearer = await bearerFor(panel, 'viewer');
    const before = panel.settings();
    assert.equal((await verb(panel, 'session', bearer, { id: 'x' })).status, 200);
    const changes = [{ key: 'log.access', value: true }];
    for (const [name, body] of Object.entries({
      kill: { id: 'x' },
      unlock: { all: true },
      reload: {},
      set: { changes },
    })) {
      const { status, body: said } = await verb(panel, name, bearer, body);
      assert.deepEqual([status, JSON.parse(said).message], [403, 'A viewer ticket changes nothing.'], name);
    }
    assert.equal(panel.settings(), before);
  });
});

describe('an administrator with a program', PATIENT, () => {
  it('ends all lockouts if it asks for that, and not by a body that names none', async (t) => {
    const panel = await startPanel(t, { flags: ['--lockout-failures', '1'] });
    const bearer = await bearerFor(panel);
    const lockouts = async () => panel.tell('lockouts');
    const subject = 'ada from 127.0.0.1';
    const lockOut = async () => {
      await panel.call('true', 'ada', 'wrong').end();
      assert.match(await lockouts(), new RegExp(`^${subject}: 1 failed login, locked out`));
    };
    await lockOut();
    for (const wrong of [
      {},
      { all: false },
      { all: true, subject },
      { subject: null },
      { subject: 7 },
      { everyone: true },
    ]) {
      const { status, body } = await verb(panel, 'unlock', bearer, wrong);
      assert.deepEqual([status, JSON.parse(body).message], [409, 'unlock: not the form of its body']);
    }
    assert.match(await lockouts(), /locked out/);
    assert.equal((await verb(panel, 'unlock', bearer, { subject })).status, 200);
    assert.equal(await lockouts(), 'nobody is locked out\n');
    await lockOut();
    assert.equal((await verb(panel, 'unlock', bearer, { all: true })).status, 200);
    assert.equal(await lockouts(), 'nobody is locked out\n');
  });

  it('changes what the list has, and nothing else', async (t) => {
    const panel = await startPanel(t, { policy: '[limits]\nkillSeconds = 5\n' });
    const bearer = await bearerFor(panel);
    const set = async (changes: object[]) => {
      const { status, body } = await verb(panel, 'set', bearer, { changes });
      return { status, errors: JSON.parse(body).errors as Record<string, string> };
    };
    const before = panel.settings();
    for (const key of [
      'login.users',
      'login.authenticator',
      'login.pamService',
      'accounts.allowRoot',
      'accounts.shells',
      'control',
      'readerAccount',
      'log.file',
      'log.sinks',
      'log.syslogSocket',
      'tls.key',
      'panel.listen',
      'panel.hosts',
      'listen',
    ]) {
      const { status, errors } = await set([
        { key: 'log.access', value: true },
        { key, value: 'x' },
      ]);
      assert.equal(status, 409, key);
      assert.match(errors[key] ?? '', /^not from this page/, key);
    }
    const { errors } = await set([
      { key: 'limits.killSeconds', value: 6 },
      { key: 'nonsense', value: 1 },
      { key: '__proto__', value: 1 },
      { key: 'log.level', value: 'loud' },
    ]);
    assert.deepEqual(Object.keys(errors).sort(), [
      '__proto__',
      'limits.killSeconds',
      'log.level',
      'nonsense',
    ]);
    assert.match(errors['limits.killSeconds']!, /^the policy file allows at most 5, not 6$/);
    const twice = [true, false].map((value) => ({ key: 'log.access', value }));
    assert.equal((await set(twice)).status, 409);
    assert.equal(panel.settings(), before, 'all or none');
    assert.equal((await set([{ key: 'log.access', value: true }])).status, 200);
    assert.match(panel.settings(), /^access = true$/m);
  });

  it('gets a refusal for what has another form', async (t) => {
    const panel = await startPanel(t);
    const headers = { ...JSON_TYPE, Authorization: `Bearer ${await bearerFor(panel)}` };
    for (const body of [
      '',
      '[]',
      'null',
      '{"changes":1}',
      '{"changes":[{"key":1}]}',
      '{"changes":[{"key":"a","value":{}}]}',
      '{"__proto__":1}',
      '{"changes":[],"more":1}',
    ]) {
      const { status } = await ask(panel, '/verb/set', { method: 'POST', headers, body });
      assert.ok(status === 400 || status === 409, `${status} for ${body}`);
    }
  });
});

describe('what the panel takes', PATIENT, () => {
  it('is bounded in headers, bodies and time', async (t) => {
    const panel = await startPanel(t);
    const host = `Host: 127.0.0.1:${panel.panelPort}\r\n`;
    assert.match(
      await raw(t, panel, `GET / HTTP/1.1\r\n${host}X: ${'a'.repeat(9000)}\r\n\r\n`),
      /^HTTP\/1\.1 431 /,
    );
    const long = 'a'.repeat(17 * 1024);
    const head = `POST /ticket HTTP/1.1\r\n${host}Content-Type: application/json\r\nContent-Length: ${long.length}\r\n\r\n`;
    assert.match(await raw(t, panel, head + long), /^HTTP\/1\.1 413 /);
    const begun = performance.now();
    await raw(t, panel, 'GET / HTTP/1.1\r\n');
    assert.ok(performance.now() - begun < 15_000, 'headers that do not end');
    assert.match(await raw(t, panel, `GET / HTTP/1.1\r\nHost: a\r\n${host}\r\n`), /^HTTP\/1\.1 (421|400) /);
    assert.match(await raw(t, panel, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 421 /);
  });

  it('is not passed on to the daemon as often as it comes', async (t) => {
    const panel = await startPanel(t);
    const bearer = await bearerFor(panel);
    const many = Array.from({ length: 500 }, async () => {
      await ask(panel, '/metrics').catch(() => {});
      const { status } = await ask(panel, '/ticket', { headers: { Authorization: 'Bearer x' } }).catch(
        () => ({ status: 0 }),
      );
      return status;
    });
    const answers = new Set(await Promise.all(many));
    assert.ok(answers.has(401) && answers.has(503), [...answers].join());
    await eventually(
      async () => (await verb(panel, 'session', bearer, { id: 'x' })).status === 200,
      'it answers again',
    );
    assert.equal(panel.daemon().stderr, '', 'and its process lives');
  });

  it('is at most eight streams', async (t) => {
    const panel = await startPanel(t);
    const bearer = await bearerFor(panel);
    const bytes = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${panel.panelPort}\r\nAuthorization: Bearer ${bearer}\r\n\r\n`;
    const first = Array.from({ length: 8 }, () => connect(panel.panelPort, '127.0.0.1'));
    for (const socket of first) {
      t.after(() => void socket.destroy());
      socket.write(bytes);
      await within(new Promise((resolve) => socket.once('data', resolve)), 'a stream');
    }
    const { status } = await ask(panel, '/events', { headers: { Authorization: `Bearer ${bearer}` } });
    assert.equal(status, 503);
    for (const socket of first) socket.destroy();
  });

  it('keeps no place for a page that leaves at once', async (t) => {
    const panel = await startPanel(t);
    const bearer = await bearerFor(panel);
    const bytes = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${panel.panelPort}\r\nAuthorization: Bearer ${bearer}\r\n\r\n`;
    for (let page = 0; page < 20; page += 1) {
      const socket = connect(panel.panelPort, '127.0.0.1');
      await once(socket, 'connect');
      await new Promise((written) => socket.write(bytes, written));
      socket.destroy();
    }
    const stays = connect(panel.panelPort, '127.0.0.1');
    t.after(() => void stays.destroy());
    stays.write(bytes);
    const [answer] = await within(once(stays, 'data'), 'a stream');
    assert.match(String(answer), /^HTTP\/1\.1 200 /);
  });

  it('answers a body that is nested too deep, and has room for others', async (t) => {
    const panel = await startPanel(t);
    const depth = 7900;
    const body = `{"ticket":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    for (let time = 0; time < 60; time += 1) {
      const { status } = await ask(panel, '/ticket', { method: 'POST', headers: JSON_TYPE, body });
      assert.ok(status === 409 || status === 503, `${status}`);
    }
    await eventually(async () => (await ask(panel, '/metrics')).status === 200, 'there is room');
  });
});

describe('the process of the panel', {
  ...PATIENT,
  skip: process.platform !== 'linux' && 'needs /proc',
}, () => {
  it('has no capability, no root and a filter of system calls', async (t) => {
    const panel = await startPanel(t);
    const status = readFileSync(`/proc/${panelProcessOf(panel)}/status`, 'latin1');
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    assert.match(status, /^Seccomp:\s+2$/m);
    if (process.getuid?.() === 0) assert.doesNotMatch(status, /^Uid:\s+0/m);
  });

  it('leaves what it has not taken to the next one when it is killed', async (t) => {
    const panel = await startPanel(t);
    const first = panelProcessOf(panel);
    process.kill(first, 'SIGSTOP');
    const descriptors = () => readdirSync(`/proc/${panel.daemon().pid}/fd`).length;
    const before = descriptors();
    const socket = connect(panel.panelPort, '127.0.0.1');
    await once(socket, 'connect');
    socket.write(`GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:${panel.panelPort}\r\nConnection: close\r\n\r\n`);
    await eventually(() => descriptors() > before, 'rexecd has accepted it');
    process.kill(first, 'SIGKILL');
    assert.match(await within(text(socket), 'the answer'), /^HTTP\/1\.1 200 /);
  });

  it('leaves what comes while there is none to the next one', async (t) => {
    const panel = await startPanel(t);
    for (let time = 0; time < 4; time += 1) {
      const pid = panelProcessOf(panel);
      process.kill(pid, 'SIGKILL');
      await eventually(() => panelProcessOf(panel) !== pid, 'it is gone');
      assert.equal((await ask(panel, '/metrics')).status, 200);
    }
  });
});
