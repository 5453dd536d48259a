#!/usr/bin/env bash
# Checks comments, messages and documents for phrases that must not come back. Files that quote ECR, GitHub or the AWS CLI are exempt if they match quoted.
#   bash .ci/voice.sh            checks the whole tree
#   bash .ci/voice.sh PATH...    checks these files and directories
set -euo pipefail
cd "$(dirname "$0")/.."

swept=(.)

patterns='
(?<!there )\b(is|are) no (?!longer\b|more\b|such\b)[a-z]
\ballowed are\b
\basked was\b
\bjudged is\b
\btold\b
\btells\b
\banew\b
\bwhoever\b
(?<!http\.)\bnobody\b
\bwhat became of\b
\bstands there\b
\bwhat stands\b
\bis given twice\b
\bsays more of\b
\bmay not ship\b
\bfor ever\b
\basked for was\b
\bis had\b
\bneeds? a look\b
\bresponses [2-5]\d\d\b
\bfull stop\b
\bis wanted here\b
\b(is|are) ours\b
\bleast (iam )?policy\b
\bsays whether\b
\bof (no )?concern\b
\blets? go of\b
\b(is|be|was) asked of\b
\basks? nothing of\b
\bpython.s words\b
\bin front of\b
\bany more\b(?! \w)
\bmust keep to\b
\bdo(es)? not tell\b
\bwhat becomes of\b
\bthe other way round\b
'

quoted='^\.ci/voice\.sh:'

if (($#)); then swept=("$@"); fi
files=$(git ls-files -- "${swept[@]}" | grep -E '\.(go|md|yml|yaml|sh|mjs|txtar|html|json)$|^\.ci/run$|^Dockerfile$' | grep -v '/recordings/')
found=0
while read -r pattern; do
  [[ $pattern ]] || continue
  # shellcheck disable=SC2086 # the names have no blanks
  if grep -nPi -- "$pattern" $files | grep -vP "$quoted" | cut -c1-160; then found=1; fi
done <<<"$patterns"
((found == 0)) || { echo "these phrases read translated: rewrite them in plain English (CONTRIBUTING.md)"; exit 1; }
echo "voice: $(wc -l <<<"$files") files"
