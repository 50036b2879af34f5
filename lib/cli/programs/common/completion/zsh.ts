import { shellQuoted } from '../../../../base/index.ts';
import {
  type Completion,
  isAsked,
  type Offer,
  optionWords,
  type Pairs,
  valueOffers,
  withValues,
} from './model.ts';

/** Words with what they mean, as zsh has them: `word:meaning`. */
const described = (pairs: Pairs): string =>
  pairs.map(([word, meaning]) => shellQuoted(meaning === '' ? word : `${word}:${meaning}`)).join(' ');

/** What is offered as it is: it has what is typed in front. */
const ask = (option: string): string =>
  `compadd -- \${(f)"$("$words[1]" ${option} "\${(Q)PREFIX}" 2>/dev/null)"}`;

function does(offer: Offer): string {
  if (offer === 'files') return '_files';
  return isAsked(offer) ? ask(offer.ask) : `pairs=(${described(offer)})`;
}

/** A completion for zsh, to be sourced or to be a file of $fpath. */
export function zsh(completion: Completion): string {
  const { program, places } = completion;
  const taking = withValues(completion);
  const values = valueOffers(completion).map(([words, offer]) => `      (${words}) ${does(offer)} ;;\n`);
  const { any, own } = optionWords(completion);
  const more = own.map(([command, pairs]) => `      (${command}/*) pairs+=(${described(pairs)}) ;;\n`);
  return `#compdef ${program}
# ${program} in zsh: source <(${program} --completion zsh), or as the file _${program} in a folder of $fpath
_${program}() {
  local place= index
  local -a pairs=()
  for ((index = 2; index < CURRENT; index++)); do
    case $words[index] in
      (${taking.length === 0 ? "''" : taking.join('|')}) ((index++)) ;;
      (-*) ;;
      (*) place+=$words[index]/ ;;
    esac
  done
  if ((index > CURRENT)); then
    case $words[CURRENT-1] in
${values.join('')}      (*) ;;
    esac
  elif [[ $words[CURRENT] == -* ]]; then
    pairs=(${described(any)})
    case $place in
${more.join('')}      (*) ;;
    esac
  else
    case $place in
${places.map(([place, offer]) => `      (${place === '' ? "''" : place}) ${does(offer)} ;;\n`).join('')}    esac
  fi
  if ((\${#pairs})); then _describe -V word pairs; fi
}
if [[ $funcstack[1] == _${program} ]]; then _${program} "$@"; else compdef _${program} ${program}; fi
`;
}
