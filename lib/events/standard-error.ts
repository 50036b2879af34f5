import { SERVICE_NAME } from '../base/index.ts';
import { unquoted } from '../text/index.ts';
import { CATALOGUE } from './catalogue.ts';
import { eventLogId, eventLogText, KINDS } from './formats/event-log.ts';

/**
 * Has what is written to standard error, and what ends the process, go to the event log of Windows: a service has no
 * standard error. It is written when it is said, since the process may end with it.
 *
 * @throws SystemError
 */
export async function standardErrorToEventLog(): Promise<void> {
  const { EventSource } = await import('../native/index.ts'); // only now: it loads koffi
  const source = new EventSource(SERVICE_NAME);
  const { said } = CATALOGUE;
  const say = (words: string): void => {
    const text = words.trim();
    if (text !== '') source.report(KINDS[said.level], eventLogId(said), [eventLogText(text)]);
  };
  process.stderr.write = (chunk: string | Uint8Array, ...rest: unknown[]): boolean => {
    say(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    const done = rest.at(-1);
    if (typeof done === 'function') setImmediate(() => done());
    return true;
  };
  process.on('uncaughtExceptionMonitor', (error) => say(unquoted(String(error.stack ?? error))));
}
