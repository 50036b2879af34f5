import type { Grant } from '../login/index.ts';

/** Environment of a user's command: nothing of the daemon's own is in it. */
export type Environment = Readonly<Record<string, string>>;

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';
const ROOT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * SECURITY: names that make a program that runs before or as the shell load or run something else: those of the
 * dynamic linker, and of shells before they read their first line.
 */
const DANGEROUS =
  /^(?:LD_.*|_RLD.*|DYLD_.*|GCONV_PATH|LOCPATH|NLSPATH|MALLOC_.*|GLIBC_TUNABLES|IFS|ENV|BASH_ENV|BASH_FUNC_.*|SHELLOPTS|BASHOPTS|PS4|ZDOTDIR|CDPATH|NODE_.*)$/;

/** A locale that is a path leads to messages of the user's own, which programs print as formats. */
const LOCALE = /^(?:LANG|LANGUAGE|LC_\w+)$/;

/** Who the user is, is not for the environment to say. */
const FIXED = ['USER', 'LOGNAME', 'RHOST'];

/**
 * What a login sets before the profile is read (protocol.md 1.9), and over it what the account's environment has of its
 * own (pam_env(8)): that may name another HOME, SHELL or PATH. `RHOST` is the peer's numeric address.
 */
export function loginEnvironment(
  { identity, environment = {} }: Pick<Grant, 'identity' | 'environment'>,
  peerAddress: string,
): Environment {
  const own = Object.entries(environment).filter(
    ([name, value]) =>
      /^[A-Za-z_]\w*$/.test(name) &&
      !DANGEROUS.test(name) &&
      !FIXED.includes(name) &&
      !(LOCALE.test(name) && value.includes('/')),
  );
  return {
    HOME: identity.home,
    ...(identity.shell ? { SHELL: identity.shell } : {}),
    USER: identity.user,
    LOGNAME: identity.user,
    PATH: identity.uid === 0 ? ROOT_PATH : DEFAULT_PATH,
    RHOST: peerAddress,
    ...Object.fromEntries(own),
  };
}
