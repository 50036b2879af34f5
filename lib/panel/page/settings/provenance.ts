import { attribute, h, put, span } from '../base/nodes.ts';
import { command } from '../base/parts.ts';
import { rconfig, same, shown } from '../base/words.ts';
import { drafts, settingOf, sourceText, undo, wantedOf } from './drafts.ts';

const LAYERS = { default: 'default', file: 'file', env: 'variable', flag: 'flag', policy: 'policy' } as const;

/** Where a value comes from, the command that changes it, and what changed meanwhile. */
export function provenance(key: string) {
  const layer = span('source');
  const line = command('');
  const reset = h(
    'button.button.quiet.small',
    { type: 'button', hidden: true, onclick: () => undo(key) },
    'Undo',
  );
  attribute(reset, 'aria-label', `Undo the change of ${key}`);
  const origin = span('origin');
  const meanwhile = h('span.meanwhile', { role: 'status' });
  const node = h('div.provenance', layer, line.node, reset, origin, meanwhile);
  return {
    node,
    update() {
      const setting = settingOf(key);
      put(layer, LAYERS[setting.layer]);
      attribute(layer, 'data-layer', setting.layer);
      attribute(layer, 'title', sourceText(setting));
      const isDefault = setting.layer === 'default';
      put(
        origin,
        isDefault
          ? ''
          : `${setting.where === '' ? 'policy file' : fileName(setting.where)}; default ${shown(setting.fallback)}`,
      );
      attribute(origin, 'title', setting.where === '' ? null : setting.where);
      const value = wantedOf(key);
      put(line.code, Number.isNaN(value) ? '' : rconfig(key, value, setting.fallback));
      line.node.hidden = Number.isNaN(value);
      put(meanwhile, meanwhileText(key));
      reset.hidden = !drafts.has(key);
    },
  };
}

function meanwhileText(key: string): string {
  const { value, waiting } = settingOf(key);
  const its = drafts.get(key);
  if (its && !same(its.base, value)) return `Changed meanwhile to ${shown(value)}: yours would replace it.`;
  return waiting === undefined
    ? ''
    : `The file says ${shown(waiting)}, which the daemon has not read yet: reload.`;
}

const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
