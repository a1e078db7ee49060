#!/usr/bin/env bash
# Builds the images, runs the compose files of this folder and proves what README.md says of them. Removes what it has started.
#
#   deploy/verify.sh                          with docker, else podman
#   COMPOSE=docker-compose deploy/verify.sh   with another program for the compose files
#
# ENGINE (docker or podman) answers `inspect` and `logs`; COMPOSE takes docker compose's arguments. Exit code 1 where anything was not so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# A docker client without an engine is no docker.
if [ -z "${ENGINE:-}" ]; then
  for ENGINE in docker podman none; do "$ENGINE" ps >/dev/null 2>&1 && break; done
  if [ "$ENGINE" = none ]; then echo "neither docker nor podman answers here"; exit 1; fi
fi
COMPOSE=${COMPOSE:-$ENGINE compose}
export ADMIN_PORT=${ADMIN_PORT:-19900}     # away from an ambassador that is in use on this machine
log=$(mktemp)
file=''
failures=0
checks=0
started=$SECONDS

compose() { $COMPOSE -p apiambassador-verify -f "$file" "$@"; }
id_of()   { compose ps -q "$1" 2>>"$log"; }
inspect() { "$ENGINE" inspect -f "$2" "$1" 2>>"$log"; }
ask()     { compose exec -T client /app/sample ask "$@" 2>>"$log" | tr -d '\r'; }
times()   { grep -oE "(^| )$1=[0-9]+" | grep -oE '[0-9]+$' || echo 0; }     # how often an answer stands in what `ask` prints

check() {   # check WHAT COMMAND...: runs the command and says whether it holds
  local what=$1; shift
  checks=$((checks + 1))
  if "$@"; then echo "  ok     $what"; else echo "  FAILED $what"; failures=$((failures + 1)); fi
}

within() {   # within SECONDS COMMAND...: tries until it holds
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.5; done
}

down() { [ -z "$file" ] || compose down -v -t 1 >>"$log" 2>&1; }
finish() { down; rm -f "$log"; }
trap finish EXIT
trap 'exit 1' INT TERM

up() {   # up FILE: starts it anew
  down
  file=$1
  echo "$file"
  compose build >>"$log" 2>&1 && compose up -d >>"$log" 2>&1 || { tail -n 30 "$log"; echo "$file did not start"; exit 1; }
  check "healthcheck says healthy" within 60 is_healthy
}
is_healthy() { [ "$(inspect "$(id_of api)" '{{.State.Health.Status}}')" = healthy ]; }

# About so many of 400 answers: 5 % of them to either side.
is_about() { [ "$1" -ge $(($2 - 20)) ] && [ "$1" -le $(($2 + 20)) ]; }

# ---- what can be said of its process; the kernel's word where it can be asked, else the engine's
is_confined() {
  local id pid; id=$(id_of api); pid=$(inspect "$id" '{{.State.Pid}}')
  if [ -r "/proc/$pid/status" ]; then
    grep -qE '^Uid:\s+[1-9]' "/proc/$pid/status" && grep -qE '^CapEff:\s+0+$' "/proc/$pid/status" &&
      grep -qE '^CapBnd:\s+0+$' "/proc/$pid/status" && grep -qE '^NoNewPrivs:\s+1$' "/proc/$pid/status" &&
      awk '$5 == "/" { found = ($6 ~ /^ro(,|$)/) } END { exit !found }' "/proc/$pid/mountinfo"
  else
    [ "$(inspect "$id" '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}')" = 'true [ALL]' ] &&
      ! inspect "$id" '{{.Config.User}}' | grep -qE '^(0|root)?(:|$)'
  fi
}

fails_where_nobody_listens() { ! compose exec -T api /app/ApiAmbassador healthcheck --admin http://127.0.0.1:1 >>"$log" 2>&1; }
knows_no_instance() { [ "$(ask http://one:8080/ 1)" = 'bad:none=1' ]; }
only_good_without_two() { local counts; counts=$(ask http://api/ 60) && [ "$(times two <<<"$counts")" = 0 ]; }
is_back() { local counts; counts=$(ask http://api/ 60) && [ "$(times two <<<"$counts")" -gt 0 ]; }

# ---- stopping: a request is under way when the stop comes, and takes longer than DrainDelay
stops_cleanly() {
  local id slow began; id=$(id_of api); slow=$(mktemp)
  ask 'http://api/slow?ms=12000' 1 >"$slow" &
  sleep 1.5
  began=$SECONDS
  compose stop api >>"$log" 2>&1
  took=$((SECONDS - began))
  wait $!
  answer=$(cat "$slow"); rm -f "$slow"
  exit_code=$(inspect "$id" '{{.State.ExitCode}}')
  "$ENGINE" logs "$id" 2>&1 | grep Draining >/dev/null # Not -q, which ends before the log does.
}
answered_well() { [[ $answer =~ ^(one|two|three)=1$ ]]; }

up compose.yaml
check "is not root, has no capability, cannot write its root" is_confined
check "healthcheck fails where nobody listens" fails_where_nobody_listens
check "the client cannot reach an instance by itself" knows_no_instance

counts=$(ask http://api/ 400)
echo "         $counts"
check "weight 2 gets half" is_about "$(times one <<<"$counts")" 200
check "weight 1 gets a quarter (two)" is_about "$(times two <<<"$counts")" 100
check "weight 1 gets a quarter (three)" is_about "$(times three <<<"$counts")" 100

began=$SECONDS
compose kill two >>"$log" 2>&1
check "one instance killed: it is left out" within 20 only_good_without_two
echo "         after $((SECONDS - began)) s"
counts=$(ask http://api/ 400)
echo "         $counts"
check "every answer is good" test "$(($(times one <<<"$counts") + $(times three <<<"$counts")))" = 400
compose up -d two >>"$log" 2>&1
check "started again: it is back" within 20 is_back

check "stop drains" stops_cleanly
echo "         in $took s"
check "the request under way is answered" answered_well
check "the exit code is 0" test "$exit_code" = 0

up compose.one-line.yaml
counts=$(ask http://api/ 400)
echo "         $counts"
check "90 to v1" is_about "$(times v1 <<<"$counts")" 360
check "10 to v2" is_about "$(times v2 <<<"$counts")" 40

up compose.file.yaml
counts=$(ask http://api/ 400)
echo "         $counts"
check "both versions answer, v1 most" test "$(times v2 <<<"$counts")" -gt 0 -a "$(times v1 <<<"$counts")" -gt 300

echo
echo "$((checks - failures)) of $checks hold, in $((SECONDS - started)) s"
[ $failures -eq 0 ]
