import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { browserFor, contextIn, noChromium } from '../../support/panel/browser.ts';
import { type Panel, startPanel } from '../../support/panel/panel.ts';
import { eventually, within } from '../../support/peer.ts';
import { PATIENT } from '../../support/program.ts';

const SESSIONS = 10_000;
const AT_A_TIME = 100;
const browser = browserFor();

/** Peers that connect and send nothing: each is a session. */
async function crowd(t: TestContext, { port }: Panel): Promise<void> {
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < SESSIONS) {
    const some = Array.from({ length: AT_A_TIME }, () => connect(port, '127.0.0.1').on('error', () => {}));
    sockets.push(...some);
    await within(Promise.all(some.map((socket) => once(socket, 'connect'))), 'connections');
  }
}

/** Milliseconds of each frame while the list is scrolled from end to end and back, in steps of pages. */
const framesOf = (page: Page): Promise<number[]> =>
  page.evaluate(`new Promise((resolve) => {
    const grid = document.querySelector('.grid');
    const frames = [];
    let before = performance.now();
    let step = 0;
    const draw = (now) => {
      frames.push(now - before);
      before = now;
      step += 1;
      grid.scrollTop = (grid.scrollHeight / 2) * (1 - Math.cos(step / 20));
      if (step < 250) requestAnimationFrame(draw);
      else resolve(frames.slice(5));
    };
    requestAnimationFrame(draw);
  })`);

describe('ten thousand sessions in the panel', { ...PATIENT, skip: noChromium }, () => {
  it('are listed, searched and scrolled without a stutter', async (t) => {
    const panel = await startPanel(t, { tables: '[limits]\nrequestSeconds = 3600' });
    const page = await (await contextIn(t, await browser())).newPage();
    await page.goto(await panel.url());
    await page.getByText('Serving', { exact: true }).waitFor();
    await crowd(t, panel);
    await page.goto(`${panel.origin}/#/sessions`);
    await page.getByText('10,000 sessions', { exact: true }).waitFor();
    assert.ok((await page.getByRole('row').count()) < 100, 'only what can be seen is there');
    const frames = (await framesOf(page)).sort((one, other) => one - other);
    const [middle, slow, worst] = [0.5, 0.95, 1].map((part) =>
      Math.round(frames[Math.ceil(frames.length * part) - 1]!),
    );
    t.diagnostic(`frames: ${middle} ms, 95 of 100 under ${slow} ms, the worst ${worst} ms`);
    assert.ok(middle! < 50 && slow! < 150 && worst! < 1000, `${middle} ${slow} ${worst}`);
    // The daemon goes on: a command is served, and found among the others.
    const remote = panel.call('echo in; exec sleep 600');
    await remote.says(/in/);
    await page.getByRole('searchbox', { name: 'Filter sessions' }).fill('command:sleep');
    await page.getByText('1 of 10,001 sessions', { exact: true }).waitFor();
    const { body } = await fetch(`${panel.origin}/metrics`).then(async (answer) => ({
      body: await answer.text(),
    }));
    assert.match(body, /^rexecd_sessions\{state="receiving"\} 10000$/m);
    await eventually(async () => (await page.getByRole('row').count()) === 2, 'one row and its heading');
  });
});
