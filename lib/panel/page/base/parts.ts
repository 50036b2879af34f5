import { type Children, h, icon, setIcon, span } from './nodes.ts';
import { call } from './source.ts';

const SAID_MS = 6000;
const COPIED_MS = 2000;

/** Says it at the bottom, also to a screen reader. */
export function say(text: string, kind: 'ok' | 'error' = 'ok'): void {
  const toast = h(`p.toast.${kind}`, icon(kind), text);
  document.getElementById('said')!.append(toast);
  setTimeout(() => toast.remove(), SAID_MS);
}

/** Has the daemon do something, and says what came of it. */
export async function order(verb: string, body: object, done: string): Promise<void> {
  try {
    await call(verb, body);
    say(done);
  } catch (error) {
    say((error as Error).message, 'error');
  }
}

export function copyButton(textOf: () => string): HTMLButtonElement {
  const state = icon('copy');
  const label = 'Copy the command';
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(textOf());
    } catch {
      return say('The browser does not let the page copy.', 'error');
    }
    setIcon(state, 'ok');
    say('Copied.');
    setTimeout(() => setIcon(state, 'copy'), COPIED_MS);
  }
  return h('button.icon-button', { type: 'button', 'aria-label': label, title: label, onclick: copy }, state);
}

/** A command as one would type it, to copy. */
export function command(text: string): { readonly node: HTMLElement; readonly code: HTMLElement } {
  const code = h('code', text);
  return {
    node: span(
      'command',
      code,
      copyButton(() => code.textContent),
    ),
    code,
  };
}

/** The head of a table: a title each, or a title and its class. */
export function columns(
  ...titles: readonly (string | readonly [string | HTMLElement, string])[]
): HTMLElement {
  const heads = titles.map((each) => {
    const [title, kind] = typeof each === 'string' ? [each, null] : each;
    return h('th', { scope: 'col', class: kind }, title);
  });
  return h('thead', h('tr', heads));
}

/** Something that may be wider than the page: it scrolls by itself, by the keyboard too. */
export const scroller = (label: string, ...children: Children): HTMLElement =>
  h('div.scroll', { tabindex: '0', role: 'group', 'aria-label': label }, ...children);

export function section(title: string, className: string, ...children: Children) {
  const id = `h-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
  const aside = span('aside');
  const head = h('header', h('h2', { id }, title), aside);
  return { node: h(`section.sheet.${className}`, { 'aria-labelledby': id }, head, ...children), aside };
}

export const empty = (title: string, ...text: Children): HTMLElement =>
  h('div.empty', h('p.empty-title', title), h('p', ...text));

export const heading = (title: string, ...tools: Children): HTMLElement =>
  h('header.view-head', h('h1', { tabindex: '-1' }, title), ...tools);

export const LEVELS = ['error', 'warn', 'info'] as const;
export const LEVEL_WORDS = { error: 'Error', warn: 'Warning', info: 'Info', debug: 'Debug' } as const;

/** What is asked before something is ended for good. */
export interface Question {
  readonly title: string;
  readonly body: readonly HTMLElement[];
  readonly yes: string;
  readonly no: string;
}

/** The safe answer has the focus. */
export function confirmed({ title, body, yes, no }: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const safe = h('button.button', { type: 'button', onclick: () => dialog.close('no') }, no);
    const sure = h('button.button.danger', { type: 'button', onclick: () => dialog.close('yes') }, yes);
    const head = h('h2', { id: 'confirm-title' }, title);
    const attributes = { 'aria-labelledby': 'confirm-title' };
    const dialog = h('dialog.confirm', attributes, head, ...body, h('div.buttons', safe, sure));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    safe.focus();
  });
}
