import { existsSync } from 'node:fs';
import { after } from 'node:test';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { PATIENCE_MS } from '../peer.ts';

const CHROMIUM = '/usr/bin/chromium';

export const noChromium: string | false = !existsSync(CHROMIUM) && `needs ${CHROMIUM} (Debian: chromium)`;

/** It calls nobody: no updates, no lists, no telemetry. */
const QUIET = [
  '--no-sandbox', // specs run as root
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-default-apps',
  '--no-first-run',
  '--metrics-recording-only',
];

/** Starts the browser of a spec file, which ends with it. @param flags more of them */
export function browserFor(flags: readonly string[] = []): () => Promise<Browser> {
  let started: Promise<Browser> | undefined;
  after(async () => (await started)?.close());
  return () => {
    started ??= chromium.launch({ executablePath: CHROMIUM, args: [...QUIET, ...flags] });
    return started;
  };
}

interface Scope {
  after(end: () => Promise<void>): void;
}

/** A browser without history, as a user has it, which ends with the test. */
export async function contextIn(
  t: Scope,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  t.after(() => context.close());
  return context;
}

/** What a page reports of itself: errors, and what its policy refused. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return complaints;
}
