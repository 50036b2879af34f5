import { win32 } from 'node:path';
import type { Grant } from '../login/index.ts';
import type { Environment } from './environment.ts';

/** Variables that Windows gives every process of an account, and those that lead to its home and shell (rexecd(8)). */
const OF_THE_ACCOUNT: readonly string[] = [
  ...['ALLUSERSPROFILE', 'APPDATA', 'CommonProgramFiles', 'CommonProgramFiles(x86)', 'CommonProgramW6432'],
  ...['COMPUTERNAME', 'ComSpec', 'DriverData', 'HOME', 'LOCALAPPDATA', 'NUMBER_OF_PROCESSORS', 'OS', 'Path'],
  ...['PATHEXT', 'PROCESSOR_ARCHITECTURE', 'PROCESSOR_IDENTIFIER', 'PROCESSOR_LEVEL', 'PROCESSOR_REVISION'],
  ...['ProgramData', 'ProgramFiles', 'ProgramFiles(x86)', 'ProgramW6432', 'PSModulePath', 'PUBLIC', 'SHELL'],
  ...['SystemDrive', 'SystemRoot', 'TEMP', 'TMP', 'USERDOMAIN', 'USERNAME', 'USERPROFILE', 'windir'],
];

const DEFAULT_PATHEXT = '.COM;.EXE;.BAT;.CMD;.VBS;.VBE;.JS;.JSE;.WSF;.WSH;.MSC';

/** Names that others could have as well, for Windows tells no case: what is given here counts. */
const CANONICAL: ReadonlyMap<string, string> = new Map(
  OF_THE_ACCOUNT.map((name) => [name.toUpperCase(), name]),
);
/** Who the user is, is not for the environment to say. */
const FIXED = ['USER', 'LOGNAME', 'RHOST'];

/**
 * The environment of a command on Windows: what Windows gives its account. Of an account that is the daemon's this is in
 * the environment of the daemon, and what only the daemon was given, such as `REXECD_CONFIG`, is left out. What a service
 * may lack is filled in. HOME is the account's own, or the profile folder. `RHOST` is the peer's numeric address.
 *
 * @param own of the daemon
 */
export function windowsEnvironment(
  { identity: { user, home }, environment }: Pick<Grant, 'identity' | 'environment'>,
  peerAddress: string,
  own: Readonly<Record<string, string | undefined>>,
): Environment {
  const given = Object.entries(environment ?? own).flatMap(([name, value]) => {
    const upper = name.toUpperCase();
    const known = CANONICAL.get(upper);
    const isTaken = value && (known || environment) && !FIXED.includes(upper);
    return isTaken ? [[known ?? name, value] as const] : [];
  });
  const account: Record<string, string> = Object.fromEntries(given);
  const { SystemRoot = 'C:\\Windows', USERPROFILE = home } = account;
  const system = win32.join(SystemRoot, 'System32');
  const { TEMP = win32.join(SystemRoot, 'Temp') } = account;
  return {
    SystemRoot,
    SystemDrive: win32.parse(SystemRoot).root.slice(0, 2),
    windir: SystemRoot,
    ComSpec: win32.join(system, 'cmd.exe'),
    Path: [system, SystemRoot, win32.join(system, 'Wbem')].join(';'),
    PATHEXT: DEFAULT_PATHEXT,
    TEMP,
    TMP: TEMP,
    USERPROFILE,
    HOME: USERPROFILE,
    ...account,
    USER: user,
    LOGNAME: user,
    RHOST: peerAddress,
  };
}
