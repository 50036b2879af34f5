import type { Flags } from './flags.ts';
import { tlsFaultOf } from './tls.ts';

export const hasStderrChannel = ({ stderr, noerr }: Flags): boolean => stderr !== false && !noerr;

/** Options that do not go together. */
export function faultOf(flags: Flags): string | undefined {
  const { host, hosts, hostsFile, list, fold, maxParallel } = flags;
  const { password, passwordFile, stderrPort, stderrFrom, ipv4, ipv6, strict, exitStatus } = flags;
  const several = hosts.length > 0 || hostsFile !== undefined;
  if (ipv4 && ipv6) return '-4 and -6 cannot be used together';
  if (host !== undefined && several) return '--host cannot be used with -w or --hosts-file';
  const [alone] = several ? [] : given(flags, FOR_SEVERAL);
  if (alone) return `${alone} requires -w or --hosts-file`;
  const [one, other] = given(flags, WAYS);
  if (one && other) return `${one} and ${other} cannot be used together`;
  if (fold && !list) return '--fold requires --list';
  if (hostsFile === '-' && (password === '-' || passwordFile === '-'))
    return '-P or -p and --hosts-file cannot both read standard input';
  if (stderrPort && !hasStderrChannel(flags)) return '--stderr-port and --no-stderr cannot be used together';
  if (stderrFrom.length > 0 && !hasStderrChannel(flags))
    return '--stderr-from and --no-stderr cannot be used together';
  if (strict && exitStatus === false) return '--strict and --no-exit-status cannot be used together';
  if (stderrPort && several && maxParallel > 1)
    return '--stderr-port with several hosts requires --max-parallel 1';
  return tlsFaultOf(flags);
}

/** Options by how they are typed, each with whether it is given. */
type Named = Readonly<Record<string, (flags: Flags) => boolean>>;

const FOR_SEVERAL: Named = {
  '-x': ({ exclude }) => exclude.length > 0,
  '--pick': ({ pick }) => pick !== undefined,
  '--canary': ({ canary }) => canary !== undefined,
  '--fail-fast': ({ failFast }) => failFast === true,
  '--total-timeout': ({ totalTimeout }) => totalTimeout > 0,
  '-N': ({ prefix }) => prefix === false,
};

/** How outputs are shown. */
const WAYS: Named = {
  '--output-dir': ({ outputDir }) => outputDir !== undefined,
  '--json': ({ json }) => json === true,
  '--live': ({ live }) => live === true,
  '--diff': ({ diff }) => diff === true,
  '-N': ({ prefix }) => prefix === false,
};

const given = (flags: Flags, named: Named): string[] =>
  Object.entries(named).flatMap(([option, is]) => (is(flags) ? [option] : []));
