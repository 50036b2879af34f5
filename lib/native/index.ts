/** C functions of the system, called through koffi: accounts, PAM, datagrams, processes. Linux, 64 bit. */
export { type Account, findAccount, findAccountName, findGroupName, groupsOf } from './accounts.ts';
export { DatagramSender } from './datagram.ts';
export {
  closeAllOnExec,
  closeDescriptor,
  closeOnExec,
  enlargePipe,
  enlargeSendBuffer,
  keepOnExec,
  openPipe,
  openSocketPair,
} from './descriptors.ts';
export { ProgramFile } from './execute.ts';
export { exitNow } from './exit.ts';
export { tryLock } from './file-lock.ts';
export { enterLandlockDomain, type Handled, landlockVersion, type PathRule } from './landlock.ts';
export { descriptorLimit, type Limits, limitOpenFiles, processLimits, setProcessLimits } from './limits.ts';
export { listenAhead } from './listen-ahead.ts';
export { PamError, type PamPeer, PamTransaction } from './pam.ts';
export { GroupDescriptor } from './pidfd.ts';
export { loadPosixSpawn, type ProcessToSpawn, spawnProcess } from './posix-spawn.ts';
export {
  becomeAccount,
  becomeSubreaper,
  dropBoundingSet,
  dropCapabilities,
  dropInheritedCapabilities,
  endWithParent,
  setNoNewPrivileges,
} from './process.ts';
export { endOf, isUnreaped, type ProcessEnd, reapOrphans } from './reaper.ts';
export { filterSystemCalls, filtersSystemCalls } from './seccomp.ts';
export { splice } from './splice.ts';
