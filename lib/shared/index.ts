/** What several daemons share on a Redis or Valkey server: lockouts, and how many connections they may have. */
export { StoreClientMissingError } from './client.ts';
export { Shared } from './shared.ts';
