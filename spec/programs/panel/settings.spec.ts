import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { browserFor, complaintsOf, contextIn, noChromium } from '../../support/panel/browser.ts';
import { fileSays, type Panel, type PanelSettings, startPanel } from '../../support/panel/panel.ts';
import { eventually } from '../../support/peer.ts';
import { PATIENT, run } from '../../support/program.ts';

const browser = browserFor();

async function opened(t: TestContext, more: PanelSettings = {}, role?: 'viewer') {
  const panel = await startPanel(t, more);
  const context = await contextIn(t, await browser());
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(await panel.url(role));
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
  await page.getByRole('link', { name: /^Settings/ }).click();
  await page.getByRole('heading', { name: 'Settings', exact: true }).waitFor();
  await page.locator('main .setting').first().waitFor();
  return { panel, context, page, complaints };
}

const apply = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Apply' }).click();
  await page.getByText(/^Applied at/).waitFor();
};

/** What the daemon runs with, as the page of another administrator would get it. */
async function running(panel: Panel, page: Page, key: string): Promise<string> {
  const row = page.getByRole('group', { name: key, exact: true });
  assert.equal(await panel.tell('reload'), 'no setting has changed\n');
  return row.getByRole('textbox').inputValue();
}

describe('a setting of the panel', { ...PATIENT, skip: noChromium }, () => {
  it('is changed in the running daemon and in the file', async (t) => {
    const { panel, page, complaints } = await opened(t);
    await page.getByRole('radio', { name: /^One/ }).check();
    await page.getByRole('radio', { name: /^Host, user and command/ }).check();
    await page.getByRole('radio', { name: /^Domain users too/ }).check();
    await page.getByRole('textbox', { name: 'Form of domain users' }).fill('user@EXAMPLE.ORG');
    const seconds = page.getByRole('group', { name: 'limits.requestSeconds', exact: true });
    await seconds.getByRole('textbox').fill('7.5');
    await seconds.getByText('sudo rconfig set limits.requestSeconds 7.5', { exact: true }).waitFor();
    await apply(page);
    for (const line of [
      /^maxConnections = 1$/m,
      /^access = true$/m,
      /^domainUsers = true$/m,
      /^domain = "user@EXAMPLE.ORG"$/m,
      /^requestSeconds = 7.5$/m,
    ])
      assert.match(panel.settings(), line);
    assert.equal(await running(panel, page, 'limits.requestSeconds'), '7.5');
    // The daemon has the new limit: the second of two is refused.
    const first = panel.call('echo in; exec sleep 600');
    await first.says(/in\n/);
    assert.match((await panel.call('true').end()).stderr, /Try again\./);
    assert.deepEqual(complaints, []);
  });

  it('is taken out of the file by its default, and taken back', async (t) => {
    const { panel, page } = await opened(t, { tables: '[limits]\nkillSeconds = 5' });
    const row = page.getByRole('group', { name: 'limits.killSeconds', exact: true });
    await row.getByRole('textbox').fill('2');
    await row.getByText('sudo rconfig unset limits.killSeconds', { exact: true }).waitFor();
    await apply(page);
    assert.doesNotMatch(panel.settings(), /^killSeconds/m);
    await page.getByRole('button', { name: 'Take back' }).click();
    await fileSays(panel, /^killSeconds = 5$/m);
  });

  it('is refused by the page and by the daemon if the policy does not allow it', async (t) => {
    const { panel, page } = await opened(t, { policy: '[limits]\nmaxConnections = 100\n' });
    const before = panel.settings();
    await page.getByRole('textbox', { name: 'Connections at a time' }).fill('101');
    await page.getByText('The policy file allows at most 100.').first().waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    assert.equal(panel.settings(), before);
    await page.getByRole('textbox', { name: 'Connections at a time' }).fill('50');
    await apply(page);
    assert.match(panel.settings(), /^maxConnections = 50$/m);
  });

  it('is refused at its field if it is not allowed', async (t) => {
    const { panel, page } = await opened(t);
    const before = panel.settings();
    await page
      .getByRole('group', { name: 'limits.stopSeconds', exact: true })
      .getByRole('textbox')
      .fill('-1');
    await page.getByRole('alert').filter({ hasText: 'Give a number from 0 to 3600.' }).waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText('Not allowed yet: limits.stopSeconds').waitFor();
    assert.equal(panel.settings(), before);
  });

  it('cannot be changed if root would be given away: its command is shown instead', async (t) => {
    const { page } = await opened(t);
    for (const key of [
      'login.users',
      'login.pamService',
      'accounts.allowRoot',
      'log.file',
      'control',
      'panel.listen',
    ]) {
      const row = page.getByRole('group', { name: key, exact: true });
      assert.equal(await row.getByRole('textbox').or(row.getByRole('combobox')).count(), 0, key);
      assert.match((await row.getByText(/^sudo rconfig/).textContent()) ?? '', new RegExp(key), key);
    }
  });

  it('cannot be changed if a flag overrules the file', async (t) => {
    const { page } = await opened(t, { flags: ['--idle-seconds', '60'] });
    const row = page.getByRole('group', { name: 'limits.idleSeconds', exact: true });
    await row.getByText('--idle-seconds overrules the file').waitFor();
    assert.equal(await row.getByRole('textbox').count(), 0);
  });

  it('shows what the file says and the daemon has not read yet', async (t) => {
    const { panel, page } = await opened(t);
    writeFileSync(panel.config, `${panel.settings()}[limits]\nkillSeconds = 9\n`);
    await page.reload();
    const row = page.getByRole('group', { name: 'limits.killSeconds', exact: true });
    await row.getByText('The file says 9, which the daemon has not read yet').waitFor();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.getByText('The daemon has read its settings again.').waitFor();
    const value = () => row.getByRole('textbox').inputValue();
    await eventually(async () => (await value()) === '9', 'the page has it');
  });
});

describe('two pages of the panel', { ...PATIENT, skip: noChromium }, () => {
  it('see what the other one, or rconfig, has changed', async (t) => {
    const { panel, context, page } = await opened(t);
    const other = await context.newPage();
    await other.goto(`${panel.origin}/#/settings`);
    const seconds = (each: Page) =>
      each.getByRole('group', { name: 'limits.drainSeconds', exact: true }).getByRole('textbox');
    await seconds(other).fill('11');
    await seconds(page).fill('3');
    await apply(page);
    const row = other.getByRole('group', { name: 'limits.drainSeconds', exact: true });
    await row.getByText('Changed meanwhile to 3: yours would replace it.').waitFor();
    const { status, stderr } = await run(t, 'rconfig', [
      '--config',
      panel.config,
      'set',
      'limits.drainSeconds',
      '4',
    ]);
    assert.equal(status, 0, stderr);
  });
});

describe('a viewer', { ...PATIENT, skip: noChromium }, () => {
  it('sees all settings and can change none', async (t) => {
    const { page } = await opened(t, {}, 'viewer');
    await page.getByText('This ticket reads only.').waitFor();
    assert.equal(
      await page.locator('main input:enabled[data-key], main select:enabled[data-key]').count(),
      0,
    );
    assert.ok((await page.locator('main .setting').count()) > 40);
  });
});
