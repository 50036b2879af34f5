/** What has come of all that was said and done so far, for one session. */
export interface Effects {
  readonly reader: 'alive' | 'ended';
  readonly host: 'alive' | 'ended';
  /** Ports to connect back to, and whether the connection is multiplexed. */
  readonly ports: readonly string[];
  /** Logins that were checked: the user, and the bytes of the secret. */
  readonly logins: readonly string[];
  /** What became of connections that a proxy passed on: their source, or a failure. */
  readonly unwrapped: readonly string[];
  /** Orders by which the reader may continue. */
  readonly going: readonly string[];
  /** How often a command was to be run. */
  readonly runs: number;
  /** What the session heard of its run. */
  readonly events: readonly string[];
  /** Whether the host got to know that the peer is gone. */
  readonly left: boolean;
  /** Runs that its host has not started yet. */
  readonly starting: number;
}
