import { attribute, h, icon, put } from '../base/nodes.ts';

const system = matchMedia('(prefers-color-scheme: dark)');
const current = (): string => document.documentElement.dataset.theme ?? (system.matches ? 'dark' : 'light');

/** A button for the other theme. */
export function themeButton(): HTMLElement {
  const word = h('span');
  const button = h('button.button.quiet.small.theme', { type: 'button', onclick: turn }, icon('theme'), word);
  function turn(): void {
    const next = current() === 'dark' ? 'light' : 'dark';
    document.documentElement.dataset.theme = next;
    localStorage.setItem('theme', next);
    show();
  }
  function show(): void {
    put(word, current() === 'dark' ? 'Light theme' : 'Dark theme');
    attribute(button, 'aria-label', word.textContent);
  }
  system.addEventListener('change', show);
  show();
  return button;
}
