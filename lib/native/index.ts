/** C functions of the system, called through koffi: accounts, PAM, datagrams, processes. Linux and Windows, 64 bit. */
export { type Account, findAccount, findAccountName, findGroupName, groupsOf } from './accounts.ts';
export { DatagramSender } from './descriptors/datagram.ts';
export {
  closeAllOnExec,
  closeDescriptor,
  enlargePipe,
  enlargeSendBuffer,
  keepOnExec,
  openPipe,
  openSocketPair,
} from './descriptors/descriptors.ts';
export { tryLock } from './descriptors/file-lock.ts';
export { listenAhead } from './descriptors/listen-ahead.ts';
export { splice } from './descriptors/splice.ts';
export { enterLandlockDomain, type Handled, landlockVersion, type PathRule } from './landlock.ts';
export { PamError, type PamPeer, PamTransaction } from './pam.ts';
export { ProgramFile } from './processes/execute.ts';
export { exitNow } from './processes/exit.ts';
export {
  descriptorLimit,
  type Limits,
  limitOpenFiles,
  processLimits,
  setProcessLimits,
} from './processes/limits.ts';
export { GroupDescriptor } from './processes/pidfd.ts';
export { loadPosixSpawn, type ProcessToSpawn, spawnProcess } from './processes/posix-spawn.ts';
export {
  becomeAccount,
  becomeSubreaper,
  dropBoundingSet,
  dropCapabilities,
  dropInheritedCapabilities,
  endWithParent,
  setNoNewPrivileges,
} from './processes/process.ts';
export { endOf, isUnreaped, type ProcessEnd, reapOrphans } from './processes/reaper.ts';
export { filterSystemCalls, filtersSystemCalls } from './seccomp.ts';
export { pressCtrlC } from './windows/console.ts';
export type { WindowsProcess } from './windows/create-process.ts';
export { EventSource } from './windows/event-log.ts';
export { closeHandle } from './windows/library.ts';
export { machineName, type WindowsAccount } from './windows/logon/accounts.ts';
export type { LoggedOn } from './windows/logon/log-on.ts';
export type { Profile } from './windows/logon/profile.ts';
export { inThread } from './windows/logon/thread.ts';
export { type ChildPipe, openChildPipe } from './windows/pipe.ts';
export { type ProcessInJob, startInJob, startInJobAs } from './windows/process.ts';
export { deleteMachineKey, setMachineValue } from './windows/registry.ts';
export {
  copyRights,
  protectPath,
  protectPipe,
  securityOf,
  securityOfPath,
  securityOfPipe,
} from './windows/security.ts';
export { type Grant, parseSecurity, type Security } from './windows/security-descriptor.ts';
export {
  connectService,
  ServiceConnection,
  type ServiceControls,
  type ServiceReport,
} from './windows/service-host.ts';
export { InstalledService, type InstalledState } from './windows/services.ts';
export { isMemberOf, nameOfSid, ownPrivileges, ownSid } from './windows/tokens.ts';
export { isWine } from './windows/wine.ts';
