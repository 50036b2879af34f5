import type { EventRow } from '../../topics.ts';
import { span } from '../base/nodes.ts';
import { printable } from '../base/words.ts';

/** The fields of an event, its session left out where that says little. */
export function fieldsOf({ fields }: EventRow, all: boolean): HTMLElement[] {
  return Object.entries(fields)
    .filter(([name]) => all || name !== 'session')
    .map(([name, value]) => span('field', span('name', name), ` ${printable(String(value))}`));
}

/** Shows those of one event after another in a node, which is written if it is another event. */
export function fieldsIn(node: HTMLElement): (event: EventRow) => void {
  let shownEvent = 0;
  return (event) => {
    if (shownEvent === event.n) return;
    shownEvent = event.n;
    node.replaceChildren(...fieldsOf(event, false));
  };
}
