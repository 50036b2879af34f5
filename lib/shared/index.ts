/** What several daemons share on a Redis or Valkey server: lockouts, and how many connections they may have. */
export { Shared } from './shared.ts';
