# Completes haprov's commands, options, names and files in fish: haprov completion fish >~/.config/fish/completions/haprov.fish

function __haprov_complete
    set -l words (commandline -opc)
    set -l typed (commandline -ct)
    for line in ($words[1] complete $words[2..-1] "$typed" 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path "$typed"
            case :inventories
                __fish_complete_path "$typed" | string match -r '^[^\t]*(?:/|\.json|\.ya?ml)(?:\t.*)?$'
            case :folders
                __fish_complete_directories "$typed"
            case '*'
                echo $line
        end
    end
end

complete -c haprov -f -a '(__haprov_complete)'
