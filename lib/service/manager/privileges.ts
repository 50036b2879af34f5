import { readFileSync } from 'node:fs';
import { shellQuoted } from '../../base/index.ts';

/** What the settings make the daemon do that takes a privilege. */
export interface Duties {
  readonly listensOn: number;
  /** Logs users in to accounts of the machine and runs their commands as them. */
  readonly servesAccounts: boolean;
  /** Starts readers under another account than its own. */
  readonly changesReaders: boolean;
}

/** Who asks: the privileges it holds, and how it was called. */
export interface Holder {
  readonly platform: NodeJS.Platform;
  readonly held: ReadonlySet<string>;
  readonly lowestFreePort: number;
  readonly command: readonly string[];
}

/** A privilege that is not held, what it is for, and the command that grants it. */
export interface MissingPrivilege {
  readonly privilege: string;
  readonly purpose: string;
  readonly grant: string;
}

/** Linux capabilities by their bits (capabilities(7)). */
const CAPABILITIES = {
  CAP_DAC_READ_SEARCH: { bit: 2n, purpose: 'read the password database and look into homes' },
  CAP_KILL: { bit: 5n, purpose: 'send signals to commands of other users' },
  CAP_SETGID: { bit: 6n, purpose: 'run commands with the groups of their user' },
  CAP_SETUID: { bit: 7n, purpose: 'run commands as their user' },
  CAP_NET_BIND_SERVICE: { bit: 10n, purpose: 'listen on a port below' },
} as const;

/** What readers take, and what for where commands do not take it. */
const READERS: Readonly<Record<string, string>> = {
  CAP_SETGID: 'take the groups of the daemon from readers',
  CAP_SETUID: 'run readers under an account of their own',
};

const CAP_DAC_OVERRIDE = 1n;

/** The privileges of rexecd(8), -debug, and those that the profiles of step 8 take. */
const WINDOWS = {
  SeAssignPrimaryTokenPrivilege: 'replace a process level token',
  SeIncreaseQuotaPrivilege: 'increase quotas',
  SeTcbPrivilege: 'act as part of the operating system',
  SeBackupPrivilege: 'read the profiles of users',
  SeRestorePrivilege: 'load the profiles of users',
} as const;

/** The privileges that the duties take and the holder lacks (rexecd(8), -debug). */
export function missingPrivileges(duties: Duties, holder: Holder): MissingPrivilege[] {
  const { listensOn, servesAccounts, changesReaders } = duties;
  const { platform, held, lowestFreePort, command } = holder;
  if (platform === 'win32') {
    if (!servesAccounts) return [];
    return Object.entries(WINDOWS)
      .filter(([privilege]) => !held.has(privilege))
      .map(([privilege, purpose]) => ({ privilege, purpose, grant: `priv -a ${privilege}` }));
  }
  const lowPort = listensOn > 0 && listensOn < lowestFreePort;
  const missing = Object.entries(CAPABILITIES)
    .filter(([privilege]) => {
      if (privilege === 'CAP_NET_BIND_SERVICE') return lowPort;
      return servesAccounts || (changesReaders && privilege in READERS);
    })
    .filter(([privilege]) => !held.has(privilege));
  const all = missing.map(([privilege]) => `+${privilege.slice('CAP_'.length).toLowerCase()}`).join(',');
  const grant = [
    'sudo setpriv --reuid="$(id -u)" --regid="$(id -g)" --init-groups',
    `--inh-caps=${all} --ambient-caps=${all} --`,
    ...command,
  ].join(' ');
  return missing.map(([privilege, { purpose }]) => ({
    privilege,
    purpose:
      privilege === 'CAP_NET_BIND_SERVICE'
        ? `${purpose} ${lowestFreePort}`
        : (!servesAccounts && READERS[privilege]) || purpose,
    grant,
  }));
}

/** This process. */
export async function thisHolder(): Promise<Holder> {
  const { platform } = process;
  return {
    platform,
    held: platform === 'win32' ? await heldOnWindows() : heldCapabilities(),
    lowestFreePort: lowestFreePort(),
    command: [...ownVariables(), process.execPath, ...process.execArgv, ...process.argv.slice(1)].map(quoted),
  };
}

/** sudo empties the environment; settings that come from it must not be lost. */
function ownVariables(): string[] {
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith('REXECD_'));
  return settings.length === 0 ? [] : ['env', ...settings.map(([name, value]) => `${name}=${value}`)];
}

function heldCapabilities(): ReadonlySet<string> {
  const status = read('/proc/self/status');
  const names = Object.entries(CAPABILITIES);
  if (status === undefined) return new Set(process.getuid?.() === 0 ? names.map(([name]) => name) : []);
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const held = names.filter(([, { bit }]) => (effective >> bit) & 1n).map(([name]) => name);
  // It does what CAP_DAC_READ_SEARCH does, and more; root of a container has it alone.
  return new Set((effective >> CAP_DAC_OVERRIDE) & 1n ? [...held, 'CAP_DAC_READ_SEARCH'] : held);
}

async function heldOnWindows(): Promise<ReadonlySet<string>> {
  const { ownPrivileges } = await import('../../native/index.ts'); // only now: it loads koffi
  return ownPrivileges();
}

const lowestFreePort = (): number => Number(read('/proc/sys/net/ipv4/ip_unprivileged_port_start') ?? 1024);

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const quoted = (word: string): string => (/^[\w./=:@-]+$/.test(word) ? word : shellQuoted(word));
