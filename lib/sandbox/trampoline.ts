/**
 * Gives up all that the kernel can take away from a process, then replaces itself by the program. It reads nothing and
 * says nothing but why it failed.
 */
import { writeSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { reasonOf } from '../base/index.ts';
import {
  becomeAccount,
  dropBoundingSet,
  dropCapabilities,
  endWithParent,
  enterLandlockDomain,
  exitNow,
  filterSystemCalls,
  keepOnExec,
  landlockVersion,
  ProgramFile,
  setNoNewPrivileges,
  setProcessLimits,
} from '../native/index.ts';
import { sandboxFilter } from './allowed.ts';
import { handledBy, pathRules } from './domain.ts';
import { BY_DESCRIPTOR, openAll } from './opened.ts';
import { NOT_SANDBOXED, type Plan } from './plan.ts';
import { runtimeFiles } from './readable.ts';
import type { Processor } from './system-calls.ts';

/** 1 is the limit that refuses a core to a file and to a program alike: one would hold passwords and keys. See core(5). */
const NO_CORE = { core: '1:1' };

function start({ account, promised, argv, variables, readable, descriptors, limits }: Plan): never {
  const [program = ''] = argv;
  const opened = account?.isOutside ? openAll(program, readable) : undefined;
  const through = (path: string): string => opened?.path(path) ?? path;
  const file = new ProgramFile(through(program));
  const files = [...runtimeFiles(), ...readable].map(through);
  flushCompileCache(); // it would be written at an exit, which does not come
  setProcessLimits({ ...limits, ...NO_CORE });
  dropBoundingSet();
  if (account) becomeAccount(account.uid, account.gid);
  dropCapabilities();
  setNoNewPrivileges();
  endWithParent();
  if (landlockVersion() < promised.landlock)
    throw new Error(`the kernel has no Landlock ${promised.landlock}`);
  if (promised.landlock)
    enterLandlockDomain(handledBy(promised.landlock), pathRules(through(program), files));
  keepOnExec(opened ? [...descriptors, opened.descriptor] : descriptors);
  if (promised.seccomp)
    filterSystemCalls(sandboxFilter(process.arch as Processor, { pid: process.pid, program: file.address }));
  const [, ...words] = argv;
  return file.execute(
    opened ? [program, ...BY_DESCRIPTOR, ...words.map(through)] : argv,
    Object.entries(variables).map(([name, value]) => `${name}=${value}`),
  );
}

try {
  start(JSON.parse(process.argv[2]!));
} catch (error) {
  writeSync(2, `rexecd: cannot start a sandbox: ${reasonOf(error)}\n`);
  exitNow(NOT_SANDBOXED); // what else runs at an exit may be refused by now
}
