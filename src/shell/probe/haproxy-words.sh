# Lines of HAProxy's configuration, as HAProxy reads them.

# For awk: a line's words, without comments, quotes and the backslashes before signs. A blank within a word is "_". Lines may end
# as Windows' do.
reads_words='
  { sub(/\r$/, "") }
  /["\047\\#]/ {
    kept = quote = ""
    for (i = 1; i <= length($0); i++) {
      sign = substr($0, i, 1)
      if (sign == "\\" && quote != "\047") {
        sign = substr($0, ++i, 1)
        if (sign !~ /[ \t"\047\\#]/) kept = kept "\\"
      }
      else if (sign == quote) { quote = ""; continue }
      else if (quote != "") ;
      else if (sign ~ /["\047]/) { quote = sign; continue }
      else if (sign == "#") break
      else { kept = kept sign; continue }
      kept = kept (sign ~ /[ \t]/ ? "_" : sign)
    }
    $0 = kept
  }
  { $1 = $1 }
'

# Runs a program of awk's on a configuration's lines.
read_lines() { # PROGRAM [NAME=VALUE] [FILE...]
  program_=$1
  shift
  awk "$reads_words$program_" "$@"
}

cut_lines() { read_lines '{ print }' "$@"; } # [FILE...]
