/** C functions of the system, called through koffi: accounts, PAM, datagrams, what a process is made of. Linux, 64 bit. */
export { type Account, findAccount, findGroupName, groupsOf } from './accounts.ts';
export { DatagramError, DatagramSender } from './datagram.ts';
export { closeOnExec } from './descriptors.ts';
export { PamError, type PamPeer, PamTransaction } from './pam.ts';
export { type Limits, type ProcessTraits, processTraits, restoreProcessTraits } from './process-traits.ts';
