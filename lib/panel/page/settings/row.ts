import { attribute, h, icon, put, span } from '../base/nodes.ts';
import { count, shown } from '../base/words.ts';
import { drafts, isLocked, overruled, policyText, settingOf } from './drafts.ts';
import { entryFor } from './inputs.ts';
import { provenance } from './provenance.ts';

/** One setting: what it means, its input with what is allowed, where its value comes from. */
export function settingRow(key: string) {
  const { kind, allowed, min, max, meaning } = settingOf(key);
  const locked = isLocked(settingOf(key));
  const entry = locked ? null : entryFor(key);
  const value = locked ? span('fixed mono') : null;
  const why = h('p.locked', icon('lock'), h('span'));
  const facts = provenance(key);
  const isTyped = !locked && kind !== 'yesno' && kind !== 'choice';
  const range = span('allowed', min === null || max === null ? allowed : `${count(min)} to ${count(max)}`);
  const node = h(
    'div.setting',
    { role: 'group', 'aria-label': key },
    h('div.about', h('p.mono.key', key), h('p.meaning', meaning)),
    h('div.control', h('p.entry', entry?.node ?? value, isTyped && range), entry?.error, why),
    facts.node,
  );
  return {
    key,
    node,
    update() {
      const setting = settingOf(key);
      attribute(node, 'data-draft', drafts.has(key));
      attribute(node, 'data-locked', locked);
      entry?.update();
      if (value) put(value, shown(setting.value));
      const reason = overruled(setting) || policyText(setting);
      why.hidden = reason === '';
      put(why.lastChild!, reason);
      facts.update();
    },
  };
}
