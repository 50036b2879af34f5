import type { SettingValue } from '../../topics.ts';
import { mayChange } from '../base/model.ts';
import { attribute, h, put, span } from '../base/nodes.ts';
import { shown } from '../base/words.ts';
import { draft, drafts, isLocked, settingOf, wantedOf } from './drafts.ts';

/** How a setting is entered. */
export interface Entry {
  readonly node: HTMLElement;
  readonly input: HTMLInputElement | HTMLSelectElement;
  readonly error: HTMLElement;
  update(): void;
}

/** The input for a setting of each kind. */
export function entryFor(key: string): Entry {
  const { kind } = settingOf(key);
  if (kind === 'yesno' || kind === 'choice') return selectInput(key, key);
  return kind === 'text' ? textInput(key, key) : numberInput(key, key);
}

export function numberInput(key: string, label: string): Entry {
  const read = (text: string) => (/^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN);
  const input = h('input.number-input', {
    ...common(key, label),
    type: 'text',
    inputmode: 'decimal',
    oninput: () => draft(key, read(input.value)),
  });
  const node = span('with-unit', input, /seconds$/i.test(key) && span('unit', 's'));
  return follow(key, node, input, (value) => {
    if (!Number.isNaN(value)) input.value = String(value);
  });
}

export function textInput(key: string, label: string): Entry {
  const input = h('input.mono', {
    ...common(key, label),
    type: 'text',
    spellcheck: 'false',
    oninput: () => draft(key, input.value),
  });
  return follow(key, input, input, (value) => {
    input.value = String(value);
  });
}

/** @param words what its values are called */
export function selectInput(key: string, label: string, words: Readonly<Record<string, string>> = {}): Entry {
  const { choices } = settingOf(key);
  const input = h(
    'select',
    { ...common(key, label), onchange: () => draft(key, choices[input.selectedIndex]!) },
    choices.map((each) => h('option', words[String(each)] ?? shown(each))),
  );
  return follow(key, input, input, (value) => {
    input.selectedIndex = choices.indexOf(value);
  });
}

const common = (key: string, label: string) => ({
  'aria-label': label,
  'data-key': key,
  autocomplete: 'off',
});

function follow(
  key: string,
  node: HTMLElement,
  input: Entry['input'],
  write: (value: SettingValue) => void,
): Entry {
  const error = h('p.error-line', { id: `error-${key}`, role: 'alert' });
  return {
    node,
    input,
    error,
    update() {
      const problem = drafts.get(key)?.error ?? '';
      if (document.activeElement !== input) write(wantedOf(key));
      attribute(input, 'aria-invalid', problem === '' ? null : 'true');
      attribute(input, 'aria-describedby', problem === '' ? null : error.id);
      put(error, problem);
      input.disabled = !mayChange() || isLocked(settingOf(key));
    },
  };
}
