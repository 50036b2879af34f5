import { type Completion, type Offer, type OptionWords, type Pairs, withValues } from './model.ts';

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** A completion for fish 3 and newer. */
export function fish(completion: Completion): string {
  const { program, options, places } = completion;
  const taking = withValues(completion);
  const offered = places.filter(([, offer]) => offer.length > 0);
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
${offered.map(([place, offer]) => `complete -c ${program} -n "__${program}_place '${place}'" ${does(offer)}\n`).join('')}${options.map((option) => optionLine(program, option)).join('')}`;
}

/** Words with their meanings, each on a line. */
const does = (offer: Offer): string =>
  offer === 'files' ? '-F' : `-a ${quoted(`(printf '%s\\t%s\\n' ${listed(offer)})`)}`;

const listed = (pairs: Pairs): string =>
  pairs.map(([word, meaning]) => `${word} ${quoted(meaning)}`).join(' ');

function optionLine(program: string, { words, meaning, command, value }: OptionWords): string {
  const place = command === '' ? '' : ` -n "__${program}_place '${command}/*'"`;
  const names = words.map((word) => (word.startsWith('--') ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`));
  return `complete -c ${program}${place} ${names.join(' ')}${valueFlags(value)} -d ${quoted(meaning)}\n`;
}

function valueFlags(value: Offer | undefined): string {
  if (value === undefined) return '';
  if (value === 'files') return ' -r -F';
  return value.length === 0 ? ' -x' : ` -x -a ${quoted(value.map(([word]) => word).join(' '))}`;
}
