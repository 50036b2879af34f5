import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import AxeBuilder from '@axe-core/playwright';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { USER } from '../../support/daemon/daemon.ts';
import { browserFor, contextIn, noChromium } from '../../support/panel/browser.ts';
import { type Panel, startPanel } from '../../support/panel/panel.ts';
import { PATIENT } from '../../support/program.ts';

const VIEWS = ['Overview', 'Sessions', 'Lockouts', 'Events', 'Settings'];
const browser = browserFor();

/** A daemon with something in each view. */
async function busyPanel(t: TestContext): Promise<Panel> {
  const panel = await startPanel(t, { tables: '[lockout]\nfailures = 2\nseconds = 600' });
  const remote = panel.call('echo in; exec sleep 600');
  await remote.says(/in/);
  for (let n = 0; n < 2; n += 1) await panel.call('true', `${USER}x`, 'wrong').end();
  return panel;
}

async function pageOf(t: TestContext, panel: Panel, options: BrowserContextOptions): Promise<Page> {
  const page = await (await contextIn(t, await browser(), options)).newPage();
  await page.goto(await panel.url());
  await page.getByText('Serving', { exact: true }).waitFor();
  return page;
}

async function to(page: Page, view: string): Promise<void> {
  await page
    .getByRole('navigation', { name: 'Views' })
    .getByRole('link', { name: new RegExp(`^${view}`) })
    .click();
  await page.getByRole('heading', { name: view, exact: true }).waitFor();
}

/** What axe finds, one line each. */
async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target} ${failureSummary}`),
  );
}

describe('the panel for everyone', { ...PATIENT, skip: noChromium }, () => {
  for (const colorScheme of ['light', 'dark'] as const)
    it(`has nothing that axe finds, ${colorScheme}`, async (t) => {
      const panel = await busyPanel(t);
      const page = await pageOf(t, panel, { colorScheme });
      for (const view of VIEWS) {
        await to(page, view);
        assert.deepEqual(await violationsOf(page), [], view);
      }
      await to(page, 'Sessions');
      await page.getByRole('row').filter({ hasText: 'exec sleep' }).click();
      assert.deepEqual(await violationsOf(page), [], 'a session');
      await page.getByRole('button', { name: 'End session…' }).click();
      assert.deepEqual(await violationsOf(page), [], 'a question');
      await page.getByRole('button', { name: 'Let it run' }).click();
      await to(page, 'Settings');
      await page.getByRole('textbox', { name: 'Connections at a time' }).fill('0');
      await page.getByRole('region', { name: 'Changes' }).waitFor();
      assert.deepEqual(await violationsOf(page), [], 'a change that is not allowed');
      await page.getByRole('button', { name: 'End it now' }).click();
      await page.getByRole('heading', { name: 'This page needs a ticket' }).waitFor();
      assert.deepEqual(await violationsOf(page), [], 'without a ticket');
    });

  it('would not pass with a button without a name (control)', async (t) => {
    const page = await pageOf(t, await startPanel(t), {});
    await page.evaluate('document.querySelector("main").append(document.createElement("button"))');
    assert.match((await violationsOf(page)).join(), /^button-name: /);
  });

  for (const [width, height] of [
    [360, 740],
    [768, 1024],
    [3840, 2160],
  ] as const)
    it(`fits ${width} pixels`, async (t) => {
      const panel = await busyPanel(t);
      const page = await pageOf(t, panel, { viewport: { width, height } });
      for (const view of VIEWS) {
        await to(page, view);
        const excess = await page.evaluate<number>(
          'Math.max(...["html", "main"].map((each) => document.querySelector(each)).map((node) => node.scrollWidth - node.clientWidth))',
        );
        assert.ok(excess <= 0, `${view} is ${excess} pixels too wide`);
      }
    });

  it('moves nothing while live data come', async (t) => {
    const panel = await busyPanel(t);
    const page = await pageOf(t, panel, {});
    await page.getByText('Login refused').first().waitFor();
    await page.evaluate(
      'window.shifts = 0; new PerformanceObserver((list) => { for (const each of list.getEntries()) window.shifts += each.value; }).observe({ type: "layout-shift" })',
    );
    for (let n = 0; n < 3; n += 1) await panel.call('true').end();
    await page.getByText(/^live /).waitFor();
    assert.ok((await page.evaluate<number>('window.shifts')) < 0.02);
  });
});
