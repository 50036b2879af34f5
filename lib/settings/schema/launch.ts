import { number, whole, yesOrNo, z } from '../kinds.ts';

/** How commands run. */
export const LAUNCH = {
  launcher: z
    .enum(['execa', 'posix-spawn'])
    .default('execa')
    .describe(
      'how commands are started: "execa", or "posix-spawn", whose cost does not grow with the memory of the daemon (Linux with glibc 2.34 or newer)',
    ),
  profile: yesOrNo.default(true).describe('run commands in a login shell, so that profile files are read'),
  stderrChannel: z
    .enum(['before-auth', 'after-auth', 'never'])
    .default('before-auth')
    .describe(
      'when to open the stderr channel: "before-auth" (as soon as its port arrives; most clients wait for that before they send the user name), "after-auth", or "never"',
    ),
  lowestStderrPort: whole(1, 65_535)
    .default(1024)
    .describe('lowest stderr port a peer may ask for; a request with a lower one is refused'),
  maxHosts: whole(1, 10_000)
    .default(256)
    .describe('most processes that run commands, one or more for each account with sessions'),
  hostIdleSeconds: number(0, 86_400)
    .default(60)
    .describe(
      'how long such a process is kept without sessions; 0: each session has one, and so a PAM session, of its own',
    ),
} as const;
