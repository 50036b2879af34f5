/** What can be fuzzed. */

export { type AddressOptions, addressTarget as address } from './address.ts';
export { type CommandOptions, commandTarget as command } from './command.ts';
export { handlerTarget as handler, inetdTarget as inetd } from './listening.ts';
