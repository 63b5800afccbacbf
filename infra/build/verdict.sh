#!/usr/bin/env bash
# verdict.sh FOUND TODAY [ACCEPTED]: fails on each critical vulnerability in FOUND (lines of name and
# severity) that ACCEPTED does not name, or only until a day before TODAY; a line of it without a
# day and a reason fails too.
set -euo pipefail

awk -v today="$2" '
  FILENAME == ARGV[1] && (/^#/ || NF == 0) { next }
  FILENAME == ARGV[1] && (NF < 3 || $2 !~ /^[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]$/) {
    print FILENAME ":" FNR ": expected NAME YYYY-MM-DD REASON, found " $0; bad = 1; next
  }
  FILENAME == ARGV[1] { until[$1] = $2; next }
  $2 == "CRITICAL" && until[$1] < today && !said[$1]++ {
    print $1 " is critical" (until[$1] ? ", and was accepted until " until[$1] : ""); bad = 1
  }
  END { exit bad }
' "${3:-infra/build/accepted.txt}" "$1" >&2
