import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { browserFor, contextIn, noChromium } from '../../support/panel/browser.ts';
import { type Panel, startPanel } from '../../support/panel/panel.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT } from '../../support/program.ts';

/** Names of an attacker, which mean this machine: a site of his own, and one that was made to mean the panel. */
const EVIL = 'evil.example';
const browser = browserFor([`--host-resolver-rules=MAP *.example 127.0.0.1`]);

/** A site of an attacker. @returns its address, and what its pages were told */
async function evilSite(t: TestContext, page: string, port = 0) {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(request.url === '/' ? page : '');
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://${EVIL}:${(server.address() as AddressInfo).port}`;
}

/** The browser of an administrator who has the panel open. */
async function administrator(t: TestContext, panel: Panel) {
  const context = await contextIn(t, await browser());
  const page = await context.newPage();
  await page.goto(await panel.url());
  await page.getByText('Serving', { exact: true }).waitFor();
  return { context, page };
}

const SET = JSON.stringify({ changes: [{ key: 'log.access', value: true }] });

describe('a site in the browser of an administrator', { ...PATIENT, skip: noChromium }, () => {
  it('reaches nothing by a name that was made to mean this machine', async (t) => {
    const panel = await startPanel(t);
    const { context } = await administrator(t, panel);
    const page = await context.newPage();
    const answer = await page.goto(`http://${EVIL}:${panel.panelPort}/`);
    assert.equal(answer?.status(), 421);
    const body = await page.locator('body').textContent();
    assert.match(body ?? '', /does not answer to the host name "evil\.example:\d+"/);
    for (const path of ['/metrics', '/events', '/ticket', '/page/main.ts'])
      assert.equal((await page.goto(`http://${EVIL}:${panel.panelPort}${path}`))?.status(), 421, path);
  });

  it('changes nothing by a form, nor by fetch in any mode', async (t) => {
    const panel = await startPanel(t);
    const before = panel.settings();
    const { context } = await administrator(t, panel);
    const page = await context.newPage();
    await page.goto(await evilSite(t, '<title>evil</title><form method=post><input name=x></form>'));
    const outcomes = await page.evaluate(`(async () => {
      const url = ${JSON.stringify(panel.origin)};
      const body = ${JSON.stringify(SET)};
      const outcome = (options) =>
        fetch(url + '/verb/set', { method: 'POST', credentials: 'include', body, ...options }).then(
          (answer) => answer.type,
          () => 'refused',
        );
      return [
        await outcome({}),
        await outcome({ mode: 'no-cors' }),
        await outcome({ headers: { 'Content-Type': 'application/json' } }),
        await outcome({ mode: 'no-cors', headers: { 'Content-Type': 'text/plain' } }),
        navigator.sendBeacon(url + '/verb/set', body) ? 'sent' : 'not sent',
      ];
    })()`);
    assert.deepEqual(outcomes, ['refused', 'refused', 'refused', 'refused', 'sent']);
    const submitted = page.waitForResponse((answer) => answer.url() === `${panel.origin}/verb/set`);
    await page.evaluate(`{
      const form = document.querySelector('form');
      form.action = ${JSON.stringify(`${panel.origin}/verb/set`)};
      form.enctype = 'text/plain';
      form.elements[0].name = '{"changes":[{"key":"log.access","value":true}],"a":"';
      form.elements[0].value = '"}';
      form.submit();
    }`);
    assert.equal((await submitted).status(), 403);
    assert.equal(panel.settings(), before);
  });

  it('reads nothing: no page, no module, no numbers, no stream', async (t) => {
    const panel = await startPanel(t);
    const { context } = await administrator(t, panel);
    const page = await context.newPage();
    await page.goto(await evilSite(t, '<title>evil</title>'));
    const read = await page.evaluate(`(async () => {
      const url = ${JSON.stringify(panel.origin)};
      const load = (tag, fields) =>
        new Promise((resolve) => {
          const node = Object.assign(document.createElement(tag), fields);
          node.onload = () => resolve('loaded');
          node.onerror = () => resolve('refused');
          document.head.append(node);
        });
      const stream = () =>
        new Promise((resolve) => {
          const source = new EventSource(url + '/events', { withCredentials: true });
          source.onmessage = () => resolve('heard');
          source.onerror = () => resolve('refused');
        });
      const got = (path) =>
        fetch(url + path, { credentials: 'include' }).then(() => 'read', () => 'refused');
      return [
        await load('script', { src: url + '/page/theme.js' }),
        await load('link', { rel: 'stylesheet', href: url + '/page/panel.css' }),
        await got('/metrics'),
        await got('/ticket'),
        await stream(),
      ];
    })()`);
    assert.deepEqual(read, Array(5).fill('refused'));
  });

  it('cannot frame the page, nor open it as its own', async (t) => {
    const panel = await startPanel(t);
    const { context } = await administrator(t, panel);
    const page = await context.newPage();
    await page.goto(await evilSite(t, `<title>evil</title><iframe src="${panel.origin}/"></iframe>`));
    await eventually(() => page.frames().length === 2, 'it has a frame');
    const [, frame] = page.frames();
    await frame!.waitForLoadState().catch(() => {});
    assert.ok(!(await frame!.content().catch(() => '')).includes('id="app"'));
    const opening = context.waitForEvent('page');
    const closed = await page.evaluate(`{
      const opened = window.open(${JSON.stringify(panel.origin)});
      new Promise((resolve) => setTimeout(() => resolve(opened?.closed ?? true), 500));
    }`);
    await opening;
    assert.equal(closed, true, 'the opener has lost it (COOP)');
  });
});

describe('a ticket of the panel', { ...PATIENT, skip: noChromium }, () => {
  it('opens the page once', async (t) => {
    const panel = await startPanel(t);
    const url = await panel.url();
    const first = await (await contextIn(t, await browser())).newPage();
    await first.goto(url);
    await first.getByText('Serving', { exact: true }).waitFor();
    const second = await (await contextIn(t, await browser())).newPage();
    await second.goto(url);
    await second.getByText('This ticket was used before, or is older than a minute.').waitFor();
  });
});
