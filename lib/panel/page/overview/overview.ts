import type { View } from '../base/model.ts';
import { h, span } from '../base/nodes.ts';
import { heading } from '../base/parts.ts';
import { attention } from './attention.ts';
import { measures } from './measures.ts';
import { addresses, limits, processes, service } from './tables.ts';

/** How the daemon is: what it does, what needs attention, how much room is left. */
export function overview(): View {
  const numbers = measures();
  const parts = {
    attention: attention(),
    processes: processes(),
    service: service(),
    limits: limits(),
    addresses: addresses(),
  };
  const node = h(
    'div.view.overview',
    heading('Overview', span('muted', 'Last 15 minutes')),
    numbers.node,
    numbers.minutes,
    h(
      'div.board',
      h('div.main-column', parts.attention.node, parts.processes.node),
      h('div.side-column', parts.service.node, parts.limits.node, parts.addresses.node),
    ),
  );
  return {
    node,
    leave: numbers.leave,
    update(changed) {
      const isNew = changed.has('all');
      if (isNew || changed.has('sample') || changed.has('history') || changed.has('sessions'))
        numbers.update();
      if (isNew || changed.has('events') || changed.has('status')) parts.attention.update();
      if (isNew || changed.has('sessions')) parts.addresses.update();
      if (!isNew && !changed.has('status') && !changed.has('ticket')) return;
      parts.service.update();
      parts.limits.update();
      parts.processes.update();
    },
  };
}
