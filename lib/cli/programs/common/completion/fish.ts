import {
  type Asked,
  type Completion,
  isAsked,
  type Offer,
  type OptionWords,
  offeredPlaces,
  type Pairs,
  withValues,
} from './model.ts';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A completion for fish 3 and newer. */
export function fish(completion: Completion): string {
  const { program, options } = completion;
  const taking = withValues(completion);
  const offered = offeredPlaces(completion);
  return `# ${program} in fish: ${program} --completion fish | source
function __${program}_place
  set -l place
  set -l skipped no
  for word in (commandline -opc)[2..]
    if test $skipped = yes
      set skipped no
      continue
    end
    switch $word
${taking.length === 0 ? '' : `      case ${taking.join(' ')}\n        set skipped yes\n`}      case '-*'
      case '*'
        set -a place $word/
    end
  end
  set -l joined (string join '' -- $place)
  string match -q -- $argv[1] "$joined"
end
complete -c ${program} -f
${offered.map(([place, offer]) => `complete -c ${program} -n "__${program}_place '${place}'" ${does(program, offer)}\n`).join('')}${options.map((option) => optionLine(program, option)).join('')}`;
}

/** Words with their meanings, each on a line. */
function does(program: string, offer: Offer): string {
  if (offer === 'files') return '-F';
  const words = isAsked(offer) ? asking(program, offer) : `printf '%s\\t%s\\n' ${listed(offer)}`;
  return `-a ${quoted(`(${words})`)}`;
}

const asking = (program: string, { ask }: Asked): string =>
  `${program} ${ask} (commandline -ct | string unescape) 2>/dev/null`;

const listed = (pairs: Pairs): string =>
  pairs.map(([word, meaning]) => `${word} ${quoted(meaning)}`).join(' ');

function optionLine(program: string, { words, meaning, command, value }: OptionWords): string {
  const place = command === '' ? '' : ` -n "__${program}_place '${command}/*'"`;
  const names = words.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  return `complete -c ${program}${place} ${names.join(' ')}${valueFlags(program, value)} -d ${quoted(meaning)}\n`;
}

function valueFlags(program: string, value: Offer | undefined): string {
  if (value === undefined) return '';
  if (value === 'files') return ' -r -F';
  if (isAsked(value)) return ` -x ${does(program, value)}`;
  return value.length === 0 ? ' -x' : ` -x -a ${quoted(value.map(([word]) => word).join(' '))}`;
}
