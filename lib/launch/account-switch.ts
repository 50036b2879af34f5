import { readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import type { Grant, Identity } from '../login/index.ts';
import type { ShellCommand } from './shell.ts';

/** A process to make: what to run, and as whom Node itself is to run it. */
export interface Start {
  readonly file: string;
  readonly argv0: string;
  readonly arguments: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** What the daemon is, and so its children unless something is done about it. */
export interface Self {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  readonly niceness: number;
  readonly umask: number;
  /** Inheritable or ambient capabilities: Node's own switch would leave them to the command, and so would chroot(1). */
  readonly passesCapabilities: boolean;
  /** It holds CAP_SYS_CHROOT, which chroot(1) needs even where the root stays what it is. */
  readonly mayChroot: boolean;
  /** Whatever makes its processes can give them another uid and gid, as libuv's spawn can and posix_spawn cannot. */
  readonly switchesByItself: boolean;
}

/** util-linux and coreutils; each replaces itself by the next program, so the process stays one. */
const SETPRIV = '/usr/bin/setpriv';
/** Links nothing but libc, and so starts in half the time of setpriv. */
const CHROOT = '/usr/sbin/chroot';
const PRLIMIT = '/usr/bin/prlimit';
const NICE = '/usr/bin/nice';
const SH = '/bin/sh';
/** Sets the name that tells csh that it is a login shell. It has PWD and SHLVL of its own; other shells would keep bash's. */
const BASH = '/bin/bash';

/**
 * How to run a shell as the user of a grant. Node's own uid and gid where the primary group is all there is, because
 * it drops every other one; else chroot(1) to the same root, or setpriv where capabilities are to be dropped too. What
 * may need root, prlimit and nice, comes before it; sh, for another umask, after it. The groups go by number: a look-up
 * by name or uid could find those of another account.
 */
export function asUser(shell: ShellCommand, { identity, traits }: Grant, self: Self): Start {
  const limits = Object.entries(traits?.limits ?? {}).map(([name, limit]) => `--${name}=${limit}`);
  const other = !sameAccount(identity, self);
  const { uid, gid, groups } = identity;
  const primaryOnly = groups.every((group) => group === gid);
  const nicer = (traits?.niceness ?? self.niceness) - self.niceness;
  const asRoot = limits.length > 0 || nicer !== 0; // what only root may do, before the switch
  const plain = self.uid === 0 && !self.passesCapabilities;
  const byNode = plain && self.switchesByItself && primaryOnly && !asRoot;
  const ids = other && byNode ? { uid, gid } : {};
  const words: string[] = [];
  if (limits.length > 0) words.push(PRLIMIT, ...limits, '--');
  if (nicer !== 0) words.push(NICE, '-n', String(nicer));
  if (other && !byNode && plain && self.mayChroot) words.push(CHROOT, ...chrootOptions(identity), '/');
  else if ((other && !byNode) || self.passesCapabilities)
    words.push(SETPRIV, ...(other ? accountOptions(identity) : []), ...NO_CAPABILITIES, '--');
  const umask = traits?.umask ?? self.umask;
  if (umask !== self.umask) words.push(SH, '-c', `umask ${umask.toString(8)} && exec "$@"`, 'sh');
  if (words.length === 0) return { ...shell, ...ids };
  if (/^-t?csh$/.test(shell.argv0))
    words.push(BASH, '--noprofile', '--norc', '-c', 'exec -a "$0" "$@"', shell.argv0);
  const [file = '', ...rest] = [...words, shell.file, ...shell.arguments];
  return { file, argv0: file, arguments: rest, ...ids };
}

const NO_CAPABILITIES = ['--inh-caps=-all', '--ambient-caps=-all'];

function accountOptions({ uid, gid, groups }: Identity): string[] {
  const all = groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups';
  return [`--reuid=${uid}`, `--regid=${gid}`, all];
}

/** The plus signs keep it from looking names up. */
function chrootOptions({ uid, gid, groups }: Identity): string[] {
  const all = groups.map((group) => `+${group}`).join(',');
  return [`--userspec=+${uid}:+${gid}`, `--groups=${all}`, '--skip-chdir'];
}

/** A daemon that is not root can run commands as nobody but itself, and has no groups to give away. */
function sameAccount({ uid, gid, groups }: Identity, self: Self): boolean {
  if (uid !== self.uid || gid !== self.gid) return false;
  const theirs = new Set([gid, ...groups]);
  const ours = new Set([self.gid, ...self.groups]);
  return self.uid !== 0 || (theirs.size === ours.size && [...theirs].every((group) => ours.has(group)));
}

const CAP_SYS_CHROOT = 1n << 18n;

let own: Self | undefined;

/**
 * This process, looked at once: it does not change. To look at the umask is to set it for a moment, and it is that of
 * every thread, also of one that makes a process.
 */
export const self = (): Self => {
  own ??= look();
  return own;
};

function look(): Self {
  const status = ownStatus();
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  return {
    uid: process.getuid?.() ?? -1,
    gid: process.getgid?.() ?? -1,
    groups: process.getgroups?.() ?? [],
    niceness: getPriority(),
    umask: process.umask(),
    passesCapabilities: /^Cap(?:Inh|Amb):\s*0*[1-9a-f]/m.test(status),
    mayChroot: (effective & CAP_SYS_CHROOT) !== 0n,
    switchesByItself: true,
  };
}

function ownStatus(): string {
  try {
    return readFileSync('/proc/self/status', 'utf8');
  } catch {
    return '';
  }
}
