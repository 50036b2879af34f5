import { networks, number, whole, z } from '../kinds.ts';

/** How much and how long. */
export const LIMITS = {
  maxConnections: whole(1, 1_000_000)
    .default(12_000)
    .describe('how many connections may be open at the same time'),
  maxConnectionsPerAddress: whole(1, 1_000_000)
    .default(11_000)
    .describe(
      'how many connections one address (IPv6: one /64) may have open; keep it below limits.maxConnections, so that no address can take them all',
    ),
  maxSharedConnections: whole(0, 1_000_000)
    .default(0)
    .describe(
      'how many connections all daemons with the same lockout.sharedLockouts may have open at the same time; peers beyond it are refused; 0: no limit',
    ),
  overflow: z
    .enum(['refuse', 'queue'])
    .default('refuse')
    .describe(
      'what to do with a peer beyond limits.maxConnections: "refuse" it with "Try again.", or "queue" it until a place is free',
    ),
  backlog: whole(1, 65_535)
    .default(511)
    .describe(
      'how many connections the kernel queues until rexecd accepts them (needs a restart); with limits.overflow "queue", also how many peers may wait for a place',
    ),
  allowAddresses: networks.describe(
    'addresses and networks (CIDR, such as "10.0.0.0/8" or "2001:db8::/32") that may connect; empty: all',
  ),
  denyAddresses: networks.describe(
    'addresses and networks that may not connect; overrides limits.allowAddresses',
  ),
  addressRefusal: z
    .enum(['line', 'close'])
    .default('line')
    .describe(
      'what a peer gets whose address may not connect: "line" ("Permission denied."), or "close" (the connection is closed without a word)',
    ),
  keepAliveSeconds: whole(0, 32_767)
    .default(60)
    .describe('seconds of silence before TCP keep-alive probes a peer (ten probes, one a second); 0: never'),
  requestSeconds: number(0.05, 3600)
    .default(60)
    .describe(
      'seconds a peer has to send its request, from the connection (TLS handshake included) to the end of the command',
    ),
  connectBackSeconds: number(0.05, 60)
    .default(4)
    .describe('seconds to wait for the connection back to the stderr port of a peer'),
  sessionSeconds: number(0, 2_000_000)
    .default(0)
    .describe('seconds a session may last after its command starts; then the command is ended; 0: no limit'),
  idleSeconds: number(0, 2_000_000)
    .default(0)
    .describe('seconds without traffic in either direction after which a session is ended; 0: no limit'),
  drainSeconds: number(0, 60)
    .default(2)
    .describe('seconds to keep reading from a peer after the last byte was sent to it'),
  stopSeconds: number(0, 3600)
    .default(10)
    .describe('seconds running commands have to end when the daemon stops; after that they get SIGHUP'),
  killSeconds: number(0, 60)
    .default(2)
    .describe('seconds between SIGHUP and SIGKILL when a command is ended'),
} as const;
