import { h, span } from '../base/nodes.ts';
import { heading } from '../base/parts.ts';

const many = (number: number, make: () => HTMLElement) => Array.from({ length: number }, make);
const bone = (className: string) => h(`div.bone.${className}`);
const HIDDEN = { 'aria-hidden': 'true' };

/** The shape of what will come, so that nothing jumps when it does. */
export function skeleton(id: string, title: string): HTMLElement {
  const head = heading(title, span('muted', 'Asking the daemon…'));
  const attributes = { 'aria-busy': 'true' };
  if (id !== 'overview')
    return h(
      'div.view.skeleton',
      attributes,
      head,
      h(
        'div.sheet',
        HIDDEN,
        many(16, () => bone('line')),
      ),
    );
  const measure = () => h('div.measure', bone('short'), bone('big'), bone('mid'), bone('chart'));
  const boards = ['attention', 'service', 'processes', 'limits'].map((name) =>
    h(
      `div.sheet.${name}`,
      many(6, () => bone('line')),
    ),
  );
  return h(
    'div.view.skeleton',
    attributes,
    head,
    h('div.measures', HIDDEN, many(6, measure)),
    h('div.as-table', ' '),
    h('div.board', HIDDEN, boards),
  );
}
