import { closeSync, openSync } from 'node:fs';
import { failed, libc } from './koffi.ts';

/** What a Landlock domain takes away: bits of the kernel's linux/landlock.h. A part that is 0 stays allowed. */
export interface Handled {
  readonly files: number;
  readonly network: number;
  readonly scopes: number;
}

/** What stays allowed of `files` for a file, or for all that is below a folder. */
export interface PathRule {
  readonly path: string;
  readonly access: number;
}

const createRuleset = libc.func('syscall', 'long', ['long', 'void *', 'size_t', 'uint32_t']);
const addRule = libc.func('syscall', 'long', ['long', 'int', 'int', 'void *', 'uint32_t']);
const restrictSelf = libc.func('syscall', 'long', ['long', 'int', 'uint32_t']);
/** Numbers of the system calls, the same on x86-64 and arm64. */
const LANDLOCK_CREATE_RULESET = 444;
const LANDLOCK_ADD_RULE = 445;
const LANDLOCK_RESTRICT_SELF = 446;
const LANDLOCK_CREATE_RULESET_VERSION = 1;
const LANDLOCK_RULE_PATH_BENEATH = 1;
const O_PATH = 0o10000000;

/** The kernel's version of Landlock (landlock(7)); 0 if it has none, or does not let this process use it. */
export const landlockVersion = (): number =>
  Math.max(0, Number(createRuleset(LANDLOCK_CREATE_RULESET, null, 0, LANDLOCK_CREATE_RULESET_VERSION)));

/**
 * Puts this thread, and what it executes, into a domain of its own for good. Requires {@link setNoNewPrivileges}.
 *
 * @throws SystemError; Error of Node for a path that cannot be opened
 */
export function enterLandlockDomain({ files, network, scopes }: Handled, rules: readonly PathRule[]): void {
  const attributes = Buffer.alloc(scopes ? 24 : network ? 16 : 8); // older kernels refuse a longer one
  for (const [index, bits] of [files, network, scopes].entries())
    if (bits) attributes.writeBigUInt64LE(BigInt(bits), index * 8);
  const ruleset = Number(createRuleset(LANDLOCK_CREATE_RULESET, attributes, attributes.length, 0));
  if (ruleset < 0) throw failed('landlock_create_ruleset');
  for (const { path, access } of rules) {
    const fd = openSync(path, O_PATH);
    const rule = Buffer.alloc(12);
    rule.writeBigUInt64LE(BigInt(access));
    rule.writeInt32LE(fd, 8);
    const added = addRule(LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_PATH_BENEATH, rule, 0);
    if (Number(added) < 0) throw failed(`landlock_add_rule for ${path}`);
    closeSync(fd);
  }
  if (Number(restrictSelf(LANDLOCK_RESTRICT_SELF, ruleset, 0)) < 0) throw failed('landlock_restrict_self');
  closeSync(ruleset);
}
