import type { Daemon } from '../../../daemon/index.ts';
import { processLines, sandboxGaps } from '../../../service/index.ts';
import type { Settings } from '../../../settings/index.ts';
import { usersOf } from '../common/authenticators.ts';
import { VERSION } from '../common/version.ts';

/** What the administrator should know at each start. */
export async function warningsOf({ exposed }: Daemon): Promise<string[]> {
  return [
    ...(exposed
      ? [
          `listening in clear text on ${exposed.address} port ${exposed.port}, which is not a loopback address: anyone on the network can read passwords (see listen)`,
        ]
      : []),
    ...(await sandboxGaps()),
  ];
}

/** What it does for whom, and by which processes. */
export async function debugLines({ addresses, allAddresses, settings }: Daemon): Promise<string[]> {
  const { address, port } = (addresses.plain ?? addresses.tls)!;
  const others = allAddresses.flatMap((each) => {
    if (each.secure) return `TLS: ${each.address} port ${each.port}, login with ${loginsOf(settings)}`;
    const isMain = each.address === address && each.port === port;
    return isMain ? [] : `also listening on ${each.address} port ${each.port}`;
  });
  return [
    `rexecd ${VERSION} listening on ${address} port ${port}; press Ctrl-C to stop`,
    ...others,
    `logins: ${usersOf(settings)}`,
    ...(await processLines()),
  ];
}

const loginsOf = ({ tlsLogin }: Settings): string =>
  ({
    password: 'password',
    either: 'certificate or password',
    certificate: 'certificate',
    both: 'certificate and password',
  })[tlsLogin];
