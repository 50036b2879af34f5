/**
 * The process of the panel: it speaks to browsers and has no privilege. Connections come from rexecd, which listens; what
 * is to be known and done is asked of rexecd by the line, which checks the session of the page each time.
 */
import { Parent, takeOver } from '../../base/index.ts';
import { ORDERS, type Order, QUESTIONS, type Report } from '../protocol.ts';
import { DaemonLine } from './daemon.ts';
import { Site } from './site.ts';

const LINE = 4; // to rexecd

const parent = new Parent({
  pipe: LINE,
  questions: QUESTIONS,
  orders: ORDERS,
  answer: () => ({}),
  refuses: () => false,
  obey,
  closed: async () => process.exit(),
});
const say = (report: Report) => parent.say(report);
const daemon = new DaemonLine(say);
let site: Site | undefined;

async function obey(order: Order, handle: unknown): Promise<void> {
  switch (order.say) {
    case 'terms':
      site = new Site(order, daemon);
      return parent.ready();
    case 'connection': {
      if (!handle) return; // it did not arrive
      const socket = takeOver(handle);
      socket.on('error', () => {}); // a browser may leave at any time
      say({ say: 'has', number: order.number });
      return site ? site.take(socket) : void socket.destroy();
    }
    case 'result':
    case 'failure':
      return daemon.take(order);
  }
}
