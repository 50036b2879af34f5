import { getCACertificates } from 'node:tls';
import { RexecError, within } from '../base/index.ts';

/** How a server is reached. */
export interface StoreAddress {
  readonly secure: boolean;
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly user: string;
  readonly password: string;
}

/** A connection to the server, which begins no other one when it is lost. */
export interface StoreClient {
  /** Rejects when it is not connected; no command waits for that. */
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  /** What waits for an answer is rejected. */
  destroy(): void;
}

/** The package that speaks to servers is optional. */
export class StoreClientMissingError extends RexecError {}

const CONNECT_SECONDS = 2;
/** As many commands may wait for an answer: each belongs to a login that waits, and for a moment only. */
const MOST_COMMANDS = 10_000;
/** A server that only answers may still be a copy that takes no writes, or have no memory left. */
const PROBE = "return redis.call('set', KEYS[1], '', 'px', 60000)";

let authorities: string[] | undefined;

/** Those of Node.js (NODE_EXTRA_CA_CERTS too) and those of the machine. */
const trusted = (): string[] => {
  authorities ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
  return authorities;
};

/**
 * Connects, logs in, and tries whether it may write.
 *
 * @param onLost told once the connection is lost
 * @throws StoreClientMissingError, or the error of the system or the server
 */
export async function connectStore(
  { secure, host, port, database, user, password }: StoreAddress,
  onLost: (client: StoreClient, error: Error) => void,
): Promise<StoreClient> {
  const { createClient } = await load();
  const client = createClient({
    socket: {
      ...{ host, port, connectTimeout: CONNECT_SECONDS * 1000, reconnectStrategy: false },
      ...(secure ? { tls: true as const, ca: trusted() } : {}),
    },
    ...(user !== '' && { username: user }),
    ...{ password, database, RESP: 2 },
    disableOfflineQueue: true,
    disableClientInfo: true, // a command less that a user there must be allowed
    commandsQueueMaxLength: MOST_COMMANDS,
  });
  let reason: Error | undefined;
  client.on('error', (error: Error) => {
    reason ??= error;
    onLost(client, error);
  });
  const opened = async (): Promise<StoreClient> => {
    await client.connect();
    await tryStore(client);
    return client;
  };
  try {
    return await within(CONNECT_SECONDS, opened(), () => {
      throw new Error(`no answer within ${CONNECT_SECONDS} s`);
    });
  } catch (error) {
    client.destroy();
    throw reason ?? error;
  }
}

/** Asks whether it may write there. */
export const tryStore = (client: StoreClient): Promise<unknown> =>
  client.eval(PROBE, { keys: ['rexecd:probe'], arguments: [] });

/** Loads the package. @throws StoreClientMissingError */
export async function findClient(): Promise<void> {
  await load();
}

async function load(): Promise<typeof import('@redis/client')> {
  try {
    return await import('@redis/client');
  } catch (cause) {
    throw new StoreClientMissingError('lockout.sharedLockouts needs the npm package @redis/client', {
      cause,
    });
  }
}
