/** Hosts: processes that become a user for good and run the commands of that user. */
export { type HostOptions, Hosts } from './hosts.ts';
