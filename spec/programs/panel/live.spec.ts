import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { USER } from '../../support/daemon/daemon.ts';
import { browserFor, complaintsOf, contextIn, noChromium } from '../../support/panel/browser.ts';
import { type PanelSettings, panelProcessOf, startPanel } from '../../support/panel/panel.ts';
import { eventually } from '../../support/peer.ts';
import { isAlive, PATIENT } from '../../support/program.ts';

const browser = browserFor();

async function opened(t: TestContext, more: PanelSettings = {}) {
  const panel = await startPanel(t, more);
  const context = await contextIn(t, await browser());
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(await panel.url());
  await page.getByRole('heading', { name: 'Overview', exact: true }).waitFor();
  return { panel, context, page, complaints };
}

const to = async (page: Page, view: string): Promise<void> => {
  await page
    .getByRole('navigation')
    .getByRole('link', { name: new RegExp(`^${view}`) })
    .click();
  await page.getByRole('heading', { name: view, exact: true }).waitFor();
};

const serving = (page: Page) => page.getByText('Serving', { exact: true });

describe('the panel', { ...PATIENT, skip: noChromium }, () => {
  it('takes its ticket out of the address, and asks for one without it', async (t) => {
    const { page, context, panel } = await opened(t);
    assert.equal(page.url(), `${panel.origin}/#/overview`);
    const [cookie] = await context.cookies();
    assert.deepEqual(
      [cookie?.name, cookie?.httpOnly, cookie?.sameSite, cookie?.path],
      [`rexecd-panel-${panel.panelPort}`, true, 'Strict', '/'],
    );
    const stranger = await (await contextIn(t, await browser())).newPage();
    await stranger.goto(panel.origin);
    await stranger.getByRole('heading', { name: 'This page needs a ticket' }).waitFor();
    await stranger.getByText('sudo rexecd panel').waitFor();
  });

  it('shows sessions as they come and go, and ends one', async (t) => {
    const { page, panel, complaints } = await opened(t);
    await to(page, 'Sessions');
    await page.getByText('Nobody is connected').waitFor();
    const remote = panel.call('echo $$; exec sleep 600');
    const [pid] = await remote.says(/^\d+\n/);
    const row = page.getByRole('row').filter({ hasText: 'exec sleep 600' });
    await row.getByText('Running').waitFor();
    assert.match((await row.textContent()) ?? '', new RegExp(`${USER}.*127\\.0\\.0\\.1`));
    await row.click();
    await page.getByText(/received, \d+ B sent|received, [\d.]+ kB sent/).waitFor();
    await page.getByRole('button', { name: 'End session…' }).click();
    const dialog = page.getByRole('dialog', { name: `End ${USER}’s session?` });
    await dialog.getByRole('button', { name: 'Let it run' }).click();
    assert.ok(isAlive(Number(pid)));
    await page.getByRole('button', { name: 'End session…' }).click();
    await dialog.getByRole('button', { name: 'End session' }).click();
    assert.equal((await remote.end()).status, 129, '128 and SIGHUP');
    await page.getByText('This session has ended.').waitFor();
    assert.deepEqual(complaints, []);
  });

  it('is operated by the keyboard alone', async (t) => {
    const { page, panel } = await opened(t);
    const remote = panel.call('echo in; exec sleep 600');
    await remote.says(/in/);
    await to(page, 'Sessions');
    await page.getByRole('row').filter({ hasText: 'exec sleep 600' }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Session' }).getByText('Runs as').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal((await remote.end()).status, 129);
  });

  it('shows lockouts and refusals, and ends a lockout', async (t) => {
    const { page, panel } = await opened(t, { tables: '[lockout]\nfailures = 2\nseconds = 600' });
    for (let n = 0; n < 2; n += 1) await panel.call('true', USER, 'wrong').end();
    await to(page, 'Lockouts');
    await page.getByText(`${USER} from 127.0.0.1`, { exact: true }).waitFor();
    await page.getByRole('row').filter({ hasText: 'wrong password' }).waitFor();
    assert.match((await panel.call('true').end()).stderr, /Login incorrect/);
    await page.getByRole('button', { name: `Unlock ${USER} from 127.0.0.1` }).click();
    await page.getByText('Nobody is locked out').waitFor();
    assert.equal((await panel.call('true').end()).status, 0);
  });

  it('ends all lockouts once it was told so twice', async (t) => {
    const { page, panel } = await opened(t, { tables: '[lockout]\nfailures = 1\nseconds = 600' });
    await panel.call('true', USER, 'wrong').end();
    await panel.call('true', 'eve', 'wrong').end();
    await to(page, 'Lockouts');
    await page.getByText(`${USER} from 127.0.0.1`, { exact: true }).waitFor();
    await page.getByText('eve from 127.0.0.1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Unlock all…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Unlock all' }).click();
    await page.getByText('Nobody is locked out').waitFor();
    assert.equal((await panel.call('true').end()).status, 0);
  });

  it('shows events with what to do, and a storm of them as one line', async (t) => {
    const { page, panel } = await opened(t);
    for (let n = 0; n < 3; n += 1) await panel.call('true', USER, 'wrong').end();
    await to(page, 'Events');
    await page.getByText('Login refused').waitFor();
    await page.getByText(/^3 times since/).waitFor();
    await page.getByText(/someone may be guessing passwords/).waitFor();
  });
});

describe('what peers call themselves and run', { ...PATIENT, skip: noChromium }, () => {
  it('is shown as text, its control and direction characters in words', async (t) => {
    const { page, panel, complaints } = await opened(t);
    const evil = '<img src=x onerror=alert(1)>\u202e\u001b[31m';
    const remote = panel.call(`: '${evil}'; echo in; exec sleep 600`);
    await remote.says(/in/);
    await panel.call('true', `<b>${evil}`, 'wrong').end();
    await to(page, 'Sessions');
    const row = page.getByRole('row').filter({ hasText: 'exec sleep 600' });
    await row.waitFor();
    assert.ok((await row.textContent())?.includes('<img src=x onerror=alert(1)>\\u{202e}\\u{1b}[31m'));
    await to(page, 'Events');
    await page.getByText('<b><img src=x onerror=alert(1)>').first().waitFor();
    await to(page, 'Lockouts');
    await page.getByText('<b><img src=x onerror=alert(1)>').first().waitFor();
    assert.equal(await page.locator('main img, main b').count(), 0);
    assert.deepEqual(complaints, []);
    remote.child.kill();
  });
});

describe('a page of the panel', { ...PATIENT, skip: noChromium }, () => {
  it('says that the daemon is away, and connects again to the next one', async (t) => {
    const { page, panel } = await opened(t);
    await to(page, 'Settings');
    const row = page.getByRole('group', { name: 'limits.drainSeconds', exact: true });
    await row.getByRole('textbox').fill('9');
    panel.daemon().child.kill('SIGKILL');
    await page.getByText(/rexecd does not answer\. Nothing can be changed/).waitFor();
    assert.ok(await page.getByRole('button', { name: 'Apply' }).isDisabled());
    await panel.restart();
    await serving(page).waitFor();
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText(/^Applied at/).waitFor();
    assert.match(panel.settings(), /^drainSeconds = 9$/m);
  });

  it('lives on if the process that serves it is killed', async (t) => {
    const { page, panel } = await opened(t);
    const before = panelProcessOf(panel);
    process.kill(before, 'SIGKILL');
    await eventually(() => panelProcessOf(panel) > 0 && panelProcessOf(panel) !== before, 'another one runs');
    await page.reload();
    await serving(page).waitFor();
    await to(page, 'Events');
    await page.getByText('Process of the control panel ended').waitFor();
  });

  it('ends when its session is ended', async (t) => {
    const { page, context } = await opened(t);
    const other = await context.newPage();
    await other.goto(page.url());
    await serving(other).waitFor();
    await page.getByRole('button', { name: 'End it now' }).click();
    for (const each of [page, other])
      await each.getByRole('heading', { name: 'This page needs a ticket' }).waitFor();
    assert.deepEqual(await context.cookies(), []);
  });
});
