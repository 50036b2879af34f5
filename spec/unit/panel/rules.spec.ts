import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HEADERS, Rules, secretOf } from '../../../lib/panel/server/rules.ts';

const HOST = '127.0.0.1:8512';
const rules = new Rules([HOST, 'localhost:8512', '[::1]:8512', 'panel.example.org']);
const SAME = { 'sec-fetch-site': 'same-origin' };
const JSON_TYPE = { 'content-type': 'application/json' };

const get = (headers: Record<string, string>, path = '/events') =>
  rules.judge({ method: 'GET', path, headers: { host: HOST, ...headers }, hostCount: 1 })?.status ?? 200;
const post = (headers: Record<string, string>) =>
  rules.judge({ method: 'POST', path: '/verb/set', headers: { host: HOST, ...headers }, hostCount: 1 })
    ?.status ?? 200;

describe('the host name of a request', () => {
  for (const host of [HOST, 'localhost:8512', 'LOCALHOST:8512', '[::1]:8512', 'panel.example.org'])
    it(`may be ${host}`, () => assert.equal(get({ host }), 200));

  for (const host of [
    '',
    'localhost',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:8512.evil.example',
    '127.0.0.1.evil.example:8512',
    'evil.example:8512',
    'panel.example.org:8512',
    '127.1:8512',
    '0x7f000001:8512',
    'localhost:8512.',
    '[::ffff:127.0.0.1]:8512',
  ])
    it(`must not be ${JSON.stringify(host)}`, () => assert.equal(get({ host }), 421));

  it('must be there, and once', () => {
    const refused = { status: 421, message: 'A request must have one Host header.' };
    const asked = { method: 'GET', path: '/' };
    assert.deepEqual(rules.judge({ ...asked, headers: {}, hostCount: 0 }), refused);
    assert.deepEqual(rules.judge({ ...asked, headers: { host: HOST }, hostCount: 2 }), refused);
  });

  it('is named by the refusal, with the setting that would allow it', () => {
    const refusal = rules.judge({ method: 'GET', path: '/', headers: { host: 'p.example' }, hostCount: 1 });
    assert.match(refusal!.message, /"p\.example".* rconfig set panel\.hosts p\.example$/);
  });
});

describe('a request of another site', () => {
  for (const origin of [
    'null',
    'http://evil.example',
    `http://${HOST}.evil.example`,
    'http://localhost:8513',
    `ftp://${HOST}`,
  ])
    it(`is refused by its origin: ${origin}`, () => {
      assert.equal(get({ origin }), 403);
      assert.equal(post({ ...JSON_TYPE, ...SAME, origin }), 403);
    });

  it('is refused although its origin is its host: a rebinding name', () => {
    const host = 'evil.example:8512';
    assert.equal(post({ ...JSON_TYPE, ...SAME, host, origin: `http://${host}` }), 421);
  });

  for (const site of ['cross-site', 'same-site', 'other'])
    it(`is refused by Sec-Fetch-Site: ${site}`, () => {
      assert.equal(get({ 'sec-fetch-site': site }), 403);
      assert.equal(post({ ...JSON_TYPE, 'sec-fetch-site': site }), 403);
    });

  it('may be a link to the page, and no frame of it', () => {
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    assert.equal(get({ ...link, 'sec-fetch-dest': 'document' }, '/'), 200);
    assert.equal(get({ ...link, 'sec-fetch-dest': 'iframe' }, '/'), 403);
    assert.equal(get({ ...link, 'sec-fetch-dest': 'document' }, '/events'), 403);
  });
});

describe('a change', () => {
  it('comes as JSON from the page itself, or from a program', () => {
    assert.equal(post({ ...JSON_TYPE, ...SAME }), 200);
    assert.equal(post({ ...JSON_TYPE, ...SAME, origin: `http://${HOST}` }), 200);
    assert.equal(post(JSON_TYPE), 200);
  });

  for (const type of [
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
  ])
    it(`is not taken as ${JSON.stringify(type)}`, () =>
      assert.equal(post({ ...SAME, 'content-type': type }), 415));

  it('is no navigation of the user', () =>
    assert.equal(post({ ...JSON_TYPE, 'sec-fetch-site': 'none' }), 403));

  for (const method of ['PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH'])
    it(`is not made by ${method}`, () => {
      const refusal = rules.judge({ method, path: '/', headers: { host: HOST }, hostCount: 1 });
      assert.equal(refusal?.status, 405);
    });
});

describe('the secret of a session', () => {
  it('is a cookie, if the browser says whose request it is', () => {
    assert.equal(secretOf({ ...SAME, cookie: 'a=b; rexecd-panel-8512=abc' }, 'rexecd-panel-8512'), 'abc');
    assert.equal(secretOf({ cookie: 'rexecd-panel-8512=abc' }, 'rexecd-panel-8512'), undefined);
    assert.equal(secretOf({ ...SAME, cookie: 'rexecd-panel-8513=abc' }, 'rexecd-panel-8512'), undefined);
  });

  it('is a bearer from programs', () => {
    assert.equal(secretOf({ authorization: 'Bearer abc' }, 'x'), 'abc');
    assert.equal(secretOf({ authorization: 'Basic abc' }, 'x'), undefined);
  });
});

describe('every answer', () => {
  it('forbids foreign code, frames and readers', () => {
    const policy = HEADERS['Content-Security-Policy']!;
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
    ])
      assert.ok(policy.includes(part), part);
    assert.ok(!/unsafe|\*|http/.test(policy));
    assert.ok(!Object.keys(HEADERS).some((name) => /^access-control/i.test(name)));
  });
});
