# Completes haprov's commands, options, names and files in bash: eval "$(haprov completion bash)"
# Needs no bash-completion; a file of it, too: share/bash-completion/completions/haprov

_haprov() {
    local line path typed word words=()
    COMPREPLY=()
    # Words stand here as they are typed, quoted.
    for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do words+=("${word//[\\\"\']/}"); done
    # "--limit=fred" is three of them, of which the last is to be replaced.
    typed=${word//[\\\"\']/}
    [ "$typed" != = ] || typed=
    while IFS= read -r line; do
        case $line in
            :files | :inventories)
                compopt -o filenames 2>/dev/null
                while IFS= read -r path; do
                    case $line$path in
                        :files* | *.json | *.yaml | *.yml) COMPREPLY+=("$path") ;;
                        *) [ ! -d "${path/#\~/$HOME}" ] || COMPREPLY+=("$path") ;;
                    esac
                done < <(compgen -f -- "$typed")
                ;;
            :folders)
                compopt -o filenames 2>/dev/null
                while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen -d -- "$typed")
                ;;
            *)
                word=${line%%$'\t'*}
                case $word in *[!A-Za-z0-9_.,:=@%+/-]*) printf -v word %q "$word" ;; esac
                COMPREPLY+=("$word")
                ;;
        esac
    done < <("${1/#\~/$HOME}" complete "${words[@]}" 2>/dev/null)
}
complete -F _haprov haprov
