import { counted } from '../../../base/index.ts';
import type { Daemon } from '../../../daemon/index.ts';
import { processLines, sandboxGaps } from '../../../service/index.ts';
import { type Settings, unknownVariables } from '../../../settings/index.ts';
import { printableText } from '../../../text/index.ts';
import { usersOf } from '../common/authenticators.ts';
import { VERSION } from '../common/version.ts';

/** What the administrator should know at each start. */
export async function warningsOf({ exposed }: Daemon): Promise<string[]> {
  return [
    ...unknownVariables(process.env).map(printableText),
    ...(exposed
      ? [
          `listening in clear text on ${exposed.address} port ${exposed.port}, which is not a loopback address: anyone on the network can read passwords (see listen)`,
        ]
      : []),
    ...(await sandboxGaps()),
  ];
}

/** What it does for whom, then by which processes: these are known once they have given up what they do not need. */
export async function* debugLines({ addresses, allAddresses, settings }: Daemon): AsyncGenerator<string> {
  const { address, port } = (addresses.plain ?? addresses.tls)!;
  yield `rexecd ${VERSION} listening on ${address} port ${port}; press Ctrl-C to stop`;
  for (const each of allAddresses) {
    const isMain = each.address === address && each.port === port;
    if (each.secure) yield `TLS: ${each.address} port ${each.port}, login with ${loginsOf(settings)}`;
    else if (!isMain) yield `also listening on ${each.address} port ${each.port}`;
  }
  yield `logins: ${usersOf(settings)}`;
  yield* await processLines();
}

/** What a stop waits for, and how to skip it; nothing if no command is running. */
export function waitLines({ state, settings }: Daemon): string[] {
  const { running } = state.sessions;
  if (running === 0 || settings.stopSeconds === 0) return [];
  return [
    `waiting up to ${settings.stopSeconds} s for ${counted(running, 'session')} to end; press Ctrl-C again to end ${running === 1 ? 'it' : 'them'} now`,
  ];
}

const loginsOf = ({ tlsLogin }: Settings): string =>
  ({
    password: 'password',
    either: 'certificate or password',
    certificate: 'certificate',
    both: 'certificate and password',
  })[tlsLogin];
