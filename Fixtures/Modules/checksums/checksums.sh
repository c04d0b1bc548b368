#!/bin/bash
# A module of Penstock's in shell: one action, which writes the checksums of an artifact's files into another
# artifact. Its protocol: Sources/ExternalModules/PROTOCOL.md.
#
# Jobs run in the background, each in a process group of its own (set -m), so that a cancel is heard meanwhile and
# ends all that the job has started. A line goes out with one printf, so that lines of two jobs never mix.
set -um -o pipefail
shopt -s nullglob

say() { printf '%s\n' "$1"; }

# text LINE NAME: the text of the last member of that name; empty for none and for one with escapes. Inside of JSON
# texts every quote has a backslash before it, so no text can pass for a member.
text() { sed -n "s/.*\"$2\":\"\([^\"\\\\]*\)\".*/\1/p" <<<"$1"; }

# failed ID TYPE MESSAGE
failed() {
  local message=${3//[\\\"]/?}
  say "{\"type\":\"failed\",\"id\":\"$1\",\"error\":{\"type\":\"$2\",\"message\":\"${message//[[:cntrl:]]/?}\"}}"
}

run() { # ID LINE
  local id=$1 line=$2 algorithm pause contents folder count
  algorithm=$(text "$line" Algorithm) pause=$(text "$line" Pause)
  contents=$(text "$line" contents) folder=$(text "$line" folder)
  [[ $line == *'"Algorithm":"'* ]] || algorithm=sha256
  case $algorithm in
    sha256 | sha512) ;;
    *) failed "$id" ConfigurationError "Algorithm must be sha256 or sha512, not '$algorithm'"; return ;;
  esac
  [[ $line == *'"Pause":"'* ]] || pause=0
  [[ $pause =~ ^[0-9]{1,4}$ ]] || {
    failed "$id" ConfigurationError "Pause must be seconds, e.g. 5, not '$pause'"
    return
  }
  [[ -d $contents && -d $folder ]] || { failed "$id" JobFailed "the job names no folders to read and write"; return; }
  say "{\"type\":\"log\",\"id\":\"$id\",\"line\":\"$algorithm of the files in the input\"}"
  sleep "$pause"
  (cd "$contents" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0r "${algorithm}sum") >"$folder/SUMS" || {
    failed "$id" JobFailed "a file could not be read"
    return
  }
  count=$(wc -l <"$folder/SUMS")
  say "{\"type\":\"succeeded\",\"id\":\"$id\",\"variables\":{\"FileCount\":\"$count\"},\"progress\":{\"summary\":\"$count files\"}}"
}

declare -A jobs
stop() { for id in "${!jobs[@]}"; do kill -TERM -- "-${jobs[$id]}" 2>/dev/null; done; }
trap 'stop; exit 0' TERM

read -r hello && [[ $(text "$hello" type) == hello ]] || exit 1
say '{"type":"hello","protocol":1,"name":"Checksums"}'
while read -r line; do
  id=$(text "$line" id)
  case $line in
    *'"type":"run"'*)
      # The request's id stands beside its type; the job's own id inside of "job".
      id=$(sed -n 's/^{"id":"\([0-9]*\)","job":.*/\1/p' <<<"$line")
      run "$id" "$line" </dev/null &
      jobs[$id]=$!
      ;;
    *'"type":"cancel"'*)
      [[ -n ${jobs[$id]:-} ]] && kill -TERM -- "-${jobs[$id]}" 2>/dev/null
      failed "$id" JobFailed "cancelled"
      ;;
    *'"type":"health"'*) say "{\"type\":\"health\",\"id\":\"$id\",\"findings\":[]}" ;;
    *'"type":"shutdown"'*) break ;;
    '{'*'}') failed "$id" ConfigurationError "this module knows no such request" ;;
    *) echo "a line that is no JSON" >&2; exit 1 ;;
  esac
done
stop
