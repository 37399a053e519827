/** How long commands wait for hosts: `--help` shows it after the options. */
export const limits = {
  status:
    '\nA host that leaves a question unanswered for 15 s (or for --answer-within), or has not answered all questions\nwithin four times that, is shown as one that does not answer.',
  drill:
    '\nA host has 15 s to answer how it is doing, and 30 s to answer what a drill can break on it. It repairs by itself\nwhat a drill broke when the time for that is over, also when the laptop has gone.',
  drain:
    '\nA host has 15 s to answer how it is doing, and 30 s to do what it is told. A VIP has 10 s and four adverts to move;\nif it stays, haprov undoes the drain.',
  undrain:
    '\nA host has 15 s to answer how it is doing, and 30 s to do what it is told; everything must be back after 30 s.',
};

/** Where a shell finds what `haprov completion` prints. */
export const completionHelp = `
bash: eval "$(haprov completion bash)" in ~/.bashrc

zsh: source <(haprov completion zsh) in ~/.zshrc, behind compinit

fish: haprov completion fish >~/.config/fish/completions/haprov.fish`;
