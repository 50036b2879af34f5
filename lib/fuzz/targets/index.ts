/** What can be fuzzed. */
export { type CommandOptions, commandTarget as command } from './command.ts';
export { handlerTarget as handler, inetdTarget as inetd } from './listening.ts';
export { type AddressOptions, addressTarget as address } from './loopback.ts';
