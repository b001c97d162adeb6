import type { ActionContext } from '../program.ts';

/** `ferment completion SHELL`: a script that asks `ferment __complete` at each press of the tab key. */
export function completion(shell: string, { terminal }: ActionContext): void {
  terminal.stdout.write(SCRIPTS[shell as keyof typeof SCRIPTS]);
}

// Bash takes `@`, `=` and `:` for ends of words, so words are cut from the line itself, and what bash has already is
// taken off the answers.
const BASH = `# Completion of ferment for bash. Load it in ~/.bashrc with:
#   eval "$(ferment completion bash)"
_ferment() {
  local line="\${COMP_LINE:0:COMP_POINT}" current known value rest
  local -a words
  read -ra words <<<"$line"
  [[ "$line" == *[[:space:]] ]] && words+=("")
  current="\${words[\${#words[@]}-1]}"
  known="\${current%"\${current##*[@=:]}"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value rest; do
    if [[ "$value" == ":files" ]]; then
      compopt -o bashdefault -o default
      continue
    fi
    [[ "$value" == *= ]] && compopt -o nospace
    COMPREPLY+=("\${value#"$known"}")
  done < <("\${words[0]}" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _ferment ferment
`;

const ZSH = `#compdef ferment
# Completion of ferment for zsh. Load it in ~/.zshrc, after compinit, with:
#   eval "$(ferment completion zsh)"
_ferment() {
  local value rest files
  local -a items
  while IFS=$'\\t' read -r value rest; do
    if [[ "$value" == ":files" ]]; then
      files=1
      continue
    fi
    items+=("\${value//:/\\\\:}:$rest")
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#items} )) && _describe -V ferment items
  [[ -n "$files" ]] && _files
  return 0
}
if [[ "\${funcstack[1]}" == "_ferment" ]]; then
  _ferment "$@"
else
  compdef _ferment ferment
fi
`;

const FISH = `# Completion of ferment for fish. Load it in ~/.config/fish/config.fish with:
#   ferment completion fish | source
function __ferment_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete -- $words[2..-1] 2>/dev/null)
    if string match -q ':files*' -- $line
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c ferment -f -k -a '(__ferment_complete)'
`;

const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH } as const;
