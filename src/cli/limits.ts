/** How long a command waits, behind its own options in `--help`. */
export const limits = {
  status:
    '\nA host that leaves a question unanswered for 15 s (or for --answer-within), or has not said all within four times\nthat, is shown as one that does not answer.',
  drill:
    '\nA host has 15 s to say how it is doing, and 30 s to say what could be broken. It repairs by itself what is broken\nwhen the time for that is over, whoever still waits for it.',
  drain:
    '\nA host has 15 s to say how it is doing, and 30 s to do what it is told. An address has 10 s and four adverts to go;\nif it stays, all is taken back.',
  undrain:
    '\nA host has 15 s to say how it is doing, and 30 s to do what it is told; all must be back after 30 s.',
};
