import { constants } from 'node:os';
import { SIGNALED } from '../../common/exit-codes.ts';
import type { Flags } from '../flags.ts';
import { foldHosts } from '../hosts/fold.ts';
import type { Target } from '../hosts/target.ts';
import { BREAK, ENDING, FORWARDED, insistence, leave, whenSilent } from '../signals.ts';
import type { Fleet, Signaled } from './fleet.ts';
import type { Tally } from './tally.ts';

/**
 * Sends signals on to every running command; SIGUSR1 asks instead who still runs. After one that ends programs no further
 * host is called. A first Ctrl-C says where it went; the second leaves the commands, and what is known of them is
 * reported; the third ends this program. Of other signals the third of its kind within a minute does.
 */
export function passSignalsOn(
  flags: Flags,
  fleet: Fleet,
  tally: Tally,
  { ask, say }: { ask(): void; say(text: string): void },
): void {
  process.on('SIGUSR1', ask);
  if (flags.signals === false) return;
  const insists = insistence();
  let interrupts = 0;
  let isEnding = false;
  for (const signal of flags.breakSignals ? BREAK : FORWARDED) {
    if (signal === 'SIGUSR1') continue;
    process.on(signal, () => {
      if (signal === 'SIGINT') interrupts += 1;
      if (interrupts > 2 || (ENDING.includes(signal) && insists(signal))) leave(signal);
      if (ENDING.includes(signal)) fleet.stop({ why: signal, exit: SIGNALED + constants.signals[signal] });
      if (signal === 'SIGINT' && interrupts === 2) return fleet.giveUp(signal);
      const went = fleet.signal(signal);
      if (signal === 'SIGINT') say(whereItWent(went, tally));
      if (signal !== 'SIGTERM' || flags.endTimeout === 0 || isEnding) return;
      isEnding = true;
      whenSilent(
        () => fleet.silentSeconds,
        flags.endTimeout,
        () => fleet.giveUp(signal),
      );
    });
  }
}

function whereItWent({ sent, left }: Signaled, { waiting }: Tally): string {
  const parts = [
    sent.length > 0 && `Ctrl-C went to the ${commandsOn(sent)}`,
    left.length > 0 && `left the ${commandsOn(left)}, which no signal reaches`,
    waiting > 0 && `hosts not started: ${waiting}`,
    sent.length > 0 && 'press it again to leave those that run',
  ];
  return parts.filter((part) => part !== false).join('; ');
}

const commandsOn = (targets: readonly Target[]): string =>
  `${targets.length === 1 ? 'command' : `${targets.length} commands`} on ${foldHosts(targets.map(({ name }) => name))}`;
