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

const first = (pairs: Pairs): string => shellQuoted(pairs.map(([word]) => word).join(' '));
function does(offer: Offer): string {
  if (offer === 'files') return 'files=yes';
  return isAsked(offer) ? `ask=${offer.ask}` : `words=${first(offer)}`;
}

/** Bash has split the line at @ and colons, and puts what is offered after the last of them: $2 is what it replaces. */
const SPLIT_AGAIN = `
  local list=\${COMP_LINE:0:COMP_POINT} rest=$2
  local -a COMP_WORDS; local COMP_CWORD
  read -ra COMP_WORDS <<< "$list"
  [[ $list == *[[:space:]] ]] && COMP_WORDS+=('')
  COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
  list=\${COMP_WORDS[COMP_CWORD]}; list=\${list#[\\'\\"]}`;
const ASK = `
  if [[ $ask ]]; then
    mapfile -t COMPREPLY < <("\${COMP_WORDS[0]}" $ask "$list" 2>/dev/null)
    COMPREPLY=("\${COMPREPLY[@]#"\${list%"$rest"}"}")
    return
  fi`;

/** A completion for bash 4 and newer. */
export function bash(completion: Completion): string {
  const { program, places } = completion;
  const taking = withValues(completion);
  const values = valueOffers(completion).map(([words, offer]) => `      ${words}) ${does(offer)} ;;\n`);
  const { any, own } = optionWords(completion);
  const asks = [...places, ...valueOffers(completion)].some(([, offer]) => isAsked(offer));
  const more = own.map(([command, pairs]) => `      ${command}/*) words+=' '${first(pairs)} ;;\n`);
  return `# ${program} in bash: source <(${program} --completion bash)
_${program}() {${asks ? SPLIT_AGAIN : ''}
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} place= words= files= ask= index
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
  fi${asks ? ASK : ''}
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
