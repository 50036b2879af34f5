import { shellQuoted } from '../../../../base/index.ts';
import { type Completion, type Offer, optionWords, type Pairs, valueOffers, withValues } from './model.ts';

const first = (pairs: Pairs): string => shellQuoted(pairs.map(([word]) => word).join(' '));
const does = (offer: Offer): string => (offer === 'files' ? 'files=yes' : `words=${first(offer)}`);

/** A completion for bash 4 and newer. */
export function bash(completion: Completion): string {
  const { program, places } = completion;
  const taking = withValues(completion);
  const values = valueOffers(completion).map(([words, offer]) => `      ${words}) ${does(offer)} ;;\n`);
  const { any, own } = optionWords(completion);
  const more = own.map(([command, pairs]) => `      ${command}/*) words+=' '${first(pairs)} ;;\n`);
  return `# ${program} in bash: source <(${program} --completion bash)
_${program}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} place= words= files= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${taking.length === 0 ? "''" : taking.join('|')}) ((index++)) ;;
      -*) ;;
      *) place+=\${COMP_WORDS[index]}/ ;;
    esac
  done
  if ((index > COMP_CWORD)); then
    case $before in
${values.join('')}      *) ;;
    esac
  elif [[ $word == -* ]]; then
    words=${first(any)}
    case $place in
${more.join('')}      *) ;;
    esac
  else
    case $place in
${places.map(([place, offer]) => `      ${place === '' ? "''" : place}) ${does(offer)} ;;\n`).join('')}    esac
  fi
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  fi
}
complete -F _${program} ${program}
`;
}
