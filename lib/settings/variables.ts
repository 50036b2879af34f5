import { nearestTo } from '../text/index.ts';
import { GONE, LISTENER_NAMES } from './file/old-keys.ts';
import { SETTING_NAMES, variableOf, whatIsMeant } from './names.ts';

const PREFIX = 'REXECD_';
/** The programs themselves read it. */
const CONFIG = `${PREFIX}CONFIG`;

/** What is said of each variable that looks like one of a setting, and is none: it has no effect. */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = [...[...SETTING_NAMES, ...LISTENER_NAMES, ...GONE].map(variableOf), CONFIG];
  const words = known.map((name) => name.slice(PREFIX.length));
  const meant = (name: string): string => {
    const nearest = nearestTo(name.slice(PREFIX.length), words);
    return whatIsMeant(nearest && PREFIX + nearest);
  };
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .map((name) => `${name} is no setting and has no effect${meant(name)}`);
}
