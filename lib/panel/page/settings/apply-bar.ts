import type { SettingValue } from '../../topics.ts';
import { mayChange } from '../base/model.ts';
import { attribute, h, KeyedList, put, span } from '../base/nodes.ts';
import { clock, plural, shown } from '../base/words.ts';
import { applied, apply, drafts, forget, settingOf, takeBack } from './drafts.ts';

type Change = readonly [key: string, from: SettingValue, to: SettingValue];

/** What is changed and not applied yet; or what was applied, to take it back. */
export function applyBar() {
  const title = h('p.title', { role: 'status' });
  const list = h('ul');
  const problem = h('p.error-line');
  const undo = h('button.button', { type: 'button', onclick: () => (applied() ? takeBack() : forget()) });
  const go = h('button.button', { type: 'button', onclick: () => (applied() ? forget() : apply()) });
  const node = h(
    'section.apply',
    { 'aria-label': 'Changes', hidden: true },
    h('div.apply-what', title, list, problem),
    h('div.buttons', undo, go),
  );
  const rows = new KeyedList<Change>(
    list,
    ([key]) => key,
    ([key]) => {
      const [before, after] = [h('del'), h('ins')];
      return {
        node: h('li', span('mono', key), ' ', before, ' → ', after),
        show([, from, to]) {
          put(before, shown(from));
          put(after, Number.isNaN(to) ? 'no number' : shown(to));
        },
      };
    },
  );
  return {
    node,
    update() {
      const done = applied();
      const changes =
        done?.changes ?? [...drafts].map(([key, { value }]): Change => [key, settingOf(key).value, value]);
      const wasHidden = node.hidden;
      node.hidden = changes.length === 0;
      if (node.hidden) return;
      const wrong = [...drafts].filter(([, { error }]) => error !== '').map(([key]) => key);
      attribute(node, 'data-applied', done !== null);
      put(
        title,
        done
          ? `Applied at ${clock(done.at)}, and written to the settings file`
          : `${plural(changes.length, 'change')} not applied yet`,
      );
      rows.show(changes);
      put(problem, wrong.length > 0 ? `Not allowed yet: ${wrong.join(', ')}` : '');
      go.classList.toggle('primary', done === null);
      put(undo, done ? 'Take back' : 'Undo all');
      put(go, done ? 'Done' : 'Apply');
      undo.disabled = !mayChange();
      go.disabled = done === null && !mayChange();
      // What is being typed stays in sight when the bar comes.
      if (wasHidden)
        document.activeElement?.closest('.setting, .choice')?.scrollIntoView({ block: 'nearest' });
    },
  };
}
