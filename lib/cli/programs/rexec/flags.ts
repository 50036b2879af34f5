import type { TlsFlags } from './tls.ts';

/** What the command line says. */
export interface Flags extends TlsFlags {
  readonly user?: string;
  readonly login?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly host?: string;
  readonly port?: number;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly null?: boolean;
  readonly stderr?: boolean; // false, or not told
  readonly noerr?: boolean;
  readonly exitStatus?: boolean; // false, or not told
  readonly stderrPort?: number;
  readonly stderrFrom: readonly string[];
  readonly connectTimeout: number;
  readonly answerTimeout: number;
  readonly timeout: number;
  readonly endTimeout: number;
  readonly keepAlive: number;
  readonly strict?: boolean;
  readonly signals?: boolean; // false, or not told
  readonly breakSignals?: boolean;
  readonly keepStdin?: boolean;
  readonly debug?: boolean;
  readonly hosts: readonly string[];
  readonly hostsFile?: string;
  readonly exclude: readonly string[];
  readonly pick?: number;
  readonly list?: boolean;
  readonly fold?: boolean;
  readonly maxParallel: number;
  readonly failFast?: boolean;
  readonly canary?: number;
  readonly totalTimeout: number;
  readonly prefix?: boolean; // false, or not told
  readonly collect?: boolean;
  readonly live?: boolean;
  readonly diff?: boolean;
  readonly outputDir?: string;
  readonly failedTo?: string;
  readonly json?: boolean;
  readonly outputLimit: number;
  readonly quiet?: boolean;
  /** A list whose last item a shell completes. */
  readonly completeHosts?: string;
  readonly help?: boolean;
}

/** The host is empty where an option names the hosts. */
export interface Arguments {
  readonly flags: Flags;
  readonly host: string;
  readonly command: string;
}
