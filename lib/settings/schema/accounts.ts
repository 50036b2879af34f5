import { names, whole, yesOrNo, z } from '../kinds.ts';

/** Which accounts may log in. */
export const ACCOUNTS = {
  domainUsers: yesOrNo
    .default(false)
    .describe(
      'look up users who are not in /etc/passwd in the other name sources, such as LDAP, or on Windows in the domain, and log them in, too',
    ),
  domain: z
    .string()
    .regex(/^(user|user@[^@\\\s]+|[^@\\\s]+\\user)$/, 'user, user@DOMAIN or DOMAIN\\user')
    .default('user')
    .describe(
      'form in which the name source knows domain users: user, user@DOMAIN or DOMAIN\\user; write your domain for DOMAIN and leave "user" as it is',
    ),
  allowRoot: yesOrNo
    .default(false)
    .describe('let uid 0 log in; also lets root serve a users file, whose commands then run as root'),
  minimumUid: whole(0, 2 ** 32 - 2)
    .default(0)
    .describe('lowest uid that may log in; uid 0 is governed by accounts.allowRoot instead'),
  allowUsers: names.describe(
    'users who may log in, in addition to members of accounts.allowGroups; if both lists are empty, everyone may',
  ),
  denyUsers: names.describe(
    'users who may not log in; overrides accounts.allowUsers and accounts.allowGroups',
  ),
  allowGroups: names.describe(
    'groups whose members may log in, in addition to accounts.allowUsers; if both lists are empty, everyone may',
  ),
  denyGroups: names.describe(
    'groups whose members may not log in; overrides accounts.allowUsers and accounts.allowGroups',
  ),
  shells: z
    .enum(['listed', 'usable', 'any'])
    .default('usable')
    .describe(
      'which login shells are accepted: "any", "usable" (any but nologin and false), or "listed" (usable and in /etc/shells)',
    ),
  nologin: yesOrNo
    .default(true)
    .describe('refuse everyone but root while /etc/nologin or /run/nologin exists'),
  requireHome: yesOrNo
    .default(false)
    .describe(
      'refuse users whose home directory cannot be used, instead of running their command in the default directory',
    ),
} as const;
