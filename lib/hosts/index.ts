/** Hosts: processes that become a user for good and run the commands of that user. */
export { HostProcess } from './host-process.ts';
export { HostedRun } from './hosted-run.ts';
export { type HostOptions, Hosts } from './hosts.ts';
export { hostChild } from './start-host.ts';
