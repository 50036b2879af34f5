/** How pdsh, clush and pssh spell what rexec has another option for. */
const SPELLINGS: Readonly<Record<string, string>> = {
  '-f': '--max-parallel',
  '--fanout': '--max-parallel',
  '-g': '-w @group',
  '--group': '-w @group',
  '-X': '-x @group',
  '-H': '-w',
  '--hostfile': '--hosts-file',
  '-Q': '--list',
  '-k': '--fail-fast',
  '-t': '--connect-timeout',
  '-T': '--connect-timeout',
  '-L': '--collect',
  '-B': '--collect',
  '-i': '--collect',
  '--dshbak': '--collect',
  '--gather': '--collect',
  '--inline': '--collect',
  '-o': '--output-dir',
  '--outdir': '--output-dir',
  '--errdir': '--output-dir',
  '--nostdin': '-n',
  '-A': 'nothing: the password is asked for once',
  '--askpass': 'nothing: the password is asked for once',
  '-S': 'nothing: the exit status is always the largest',
  '--maxrc': 'nothing: the exit status is always the largest',
};

/** The end of a sentence about an option that only other clients have; undefined for any other. */
export function spelledHere(option: string): string | undefined {
  const here = SPELLINGS[option.startsWith('--') ? option : option.slice(0, 2)];
  return here === undefined
    ? undefined
    : `; rexec spells it ${here}`.replace('spells it nothing', 'needs none');
}
