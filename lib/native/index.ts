/** C functions of the system, called through koffi: accounts, PAM, datagrams, processes. Linux, 64 bit. */
export { type Account, findAccount, findGroupName, groupsOf } from './accounts.ts';
export { DatagramError, DatagramSender } from './datagram.ts';
export { closeDescriptor, closeOnExec, duplicateDescriptor, openSocketPair } from './descriptors.ts';
export { tryLock } from './file-lock.ts';
export { listenAhead } from './listen-ahead.ts';
export { PamError, type PamPeer, PamTransaction } from './pam.ts';
export { GroupDescriptor } from './pidfd.ts';
export { loadPosixSpawn, type ProcessToSpawn, SpawnError, spawnProcess } from './posix-spawn.ts';
export { type Limits, type ProcessTraits, processTraits, restoreProcessTraits } from './process-traits.ts';
export { endOf, isUnreaped, type ProcessEnd } from './reaper.ts';
