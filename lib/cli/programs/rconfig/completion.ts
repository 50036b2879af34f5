import { describeSettings } from '../../../settings/index.ts';
import { type Command, InvalidArgumentError } from '../common/command.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A shell from the command line. @throws InvalidArgumentError that names them all */
export function shellOf(word: string): Shell {
  const shell = SHELLS.find((each) => each === word);
  if (shell === undefined) throw new InvalidArgumentError(`Must be one of ${SHELLS.join(', ')}.`);
  return shell;
}

/** Commands whose first word is a key. */
const TAKE_A_KEY = ['get', 'set', 'unset', 'explain'];
/** Options that take a file. */
const TAKE_A_FILE = ['--config', '--policy'];

type Pairs = readonly (readonly [word: string, meaning: string])[];

/** What completes on a command line, from the program itself and the schema. */
interface Words {
  readonly commands: Pairs;
  readonly options: Pairs;
  readonly keys: Pairs;
  readonly values: readonly (readonly [key: string, values: readonly string[]])[];
}

export function completionFor(shell: Shell, program: Command): string {
  const settings = describeSettings();
  const options = [program, ...program.commands].flatMap((each) => each.options);
  const words: Words = {
    commands: program.commands.map((command) => [command.name(), command.description()]),
    options: [...new Map(options.map(({ long, description }) => [long!, description]))],
    keys: settings.map(({ key, meaning }) => [key, meaning]),
    values: settings
      .filter(({ choices }) => choices.length > 0)
      .map(({ key, choices }) => [key, choices.map(String)]),
  };
  return { bash, zsh, fish }[shell](words);
}

const first = (pairs: Pairs): string => pairs.map(([word]) => word).join(' ');
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const bash = ({
  commands,
  options,
  keys,
  values,
}: Words): string => `# rconfig in bash: source <(rconfig completion bash)
_rconfig() {
  local word=\${COMP_WORDS[COMP_CWORD]} command= key= words= index
  for ((index = 1; index < COMP_CWORD; index++)); do
    case \${COMP_WORDS[index]} in
      ${TAKE_A_FILE.join('|')}) ((index++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[index]}; else key=\${key:-\${COMP_WORDS[index]}}; fi ;;
    esac
  done
  case \${COMP_WORDS[COMP_CWORD - 1]}/$command/$key in
    ${TAKE_A_FILE.map((option) => `${option}/*`).join('|')}|*/check/)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return ;;
    *//) words='${first(commands)}' ;;
    ${TAKE_A_KEY.map((command) => `*/${command}/`).join('|')}) words='${first(keys)}' ;;
    */completion/) words='${SHELLS.join(' ')}' ;;
${values.map(([key, each]) => `    */set/${key}) words='${each.join(' ')}' ;;\n`).join('')}  esac
  [[ $word == -* ]] && words='${first(options)}'
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _rconfig rconfig
`;

const zsh = ({ commands, options, keys, values }: Words): string => `#compdef rconfig
# rconfig in zsh: source <(rconfig completion zsh), or as the file _rconfig in a folder of $fpath
_rconfig() {
  local command= key= index
  for ((index = 2; index < CURRENT; index++)); do
    case $words[index] in
      ${TAKE_A_FILE.join('|')}) ((index++)) ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=$words[index]; else key=\${key:-$words[index]}; fi ;;
    esac
  done
  if [[ $words[CURRENT] == -* ]]; then
    _rconfig_say option ${described(options)}
    return
  fi
  case $words[CURRENT-1]/$command/$key in
    (${TAKE_A_FILE.map((option) => `${option}/*`).join('|')}|*/check/) _files ;;
    (*//) _rconfig_say command ${described(commands)} ;;
    (${TAKE_A_KEY.map((command) => `*/${command}/`).join('|')}) _rconfig_say setting ${described(keys)} ;;
    (*/completion/) compadd -- ${SHELLS.join(' ')} ;;
${values.map(([key, each]) => `    (*/set/${key}) compadd -- ${each.join(' ')} ;;\n`).join('')}  esac
}
_rconfig_say() {
  local -a pairs=("\${@:2}")
  _describe -V $1 pairs
}
if [[ $funcstack[1] == _rconfig ]]; then _rconfig "$@"; else compdef _rconfig rconfig; fi
`;

/** Words with what they mean, as zsh has them: `word:meaning`. */
const described = (pairs: Pairs): string =>
  pairs.map(([word, meaning]) => quoted(`${word}:${meaning}`)).join(' ');

const fish = ({
  commands,
  options,
  keys,
  values,
}: Words): string => `# rconfig in fish: rconfig completion fish | source
function __rconfig_at
  set -l words
  set -l skipped no
  for word in (commandline -opc)[2..]
    if test $skipped = yes
      set skipped no
      continue
    end
    switch $word
      case ${TAKE_A_FILE.join(' ')}
        set skipped yes
      case '-*'
      case '*'
        set -a words $word
    end
  end
  test "$words" = "$argv"
end
function __rconfig_commands
  printf '%s\\t%s\\n' ${listed(commands)}
end
function __rconfig_keys
  printf '%s\\t%s\\n' ${listed(keys)}
end
complete -c rconfig -f
complete -c rconfig -n __rconfig_at -a '(__rconfig_commands)'
complete -c rconfig -n '${TAKE_A_KEY.map((each) => `__rconfig_at ${each}`).join('; or ')}' -a '(__rconfig_keys)'
complete -c rconfig -n '__rconfig_at completion' -a '${SHELLS.join(' ')}'
complete -c rconfig -n '__rconfig_at check' -F
${values.map(([key, each]) => `complete -c rconfig -n '__rconfig_at set ${key}' -a '${each.join(' ')}'\n`).join('')}${options
  .map(([option, meaning]) => {
    const file = TAKE_A_FILE.includes(option) ? ' -r -F' : '';
    return `complete -c rconfig -l ${option.slice(2)}${file} -d ${fishQuoted(meaning)}\n`;
  })
  .join('')}`;

const fishQuoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const listed = (pairs: Pairs): string =>
  pairs.map(([word, meaning]) => `${word} ${fishQuoted(meaning)}`).join(' ');
