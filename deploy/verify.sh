#!/usr/bin/env bash
# Builds the images, runs the compose files of this folder and proves what README.md says of them. Removes what it has started. Wants curl.
#
#   deploy/verify.sh                          with docker, else podman
#   COMPOSE=docker-compose deploy/verify.sh   with another program for the compose files
#
# ENGINE (docker or podman) answers `inspect`, `logs` and `kill`; COMPOSE takes docker compose's arguments. Exit code 1 where anything was not so.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# A docker client without an engine is no docker.
if [ -z "${ENGINE:-}" ]; then
  for ENGINE in docker podman none; do "$ENGINE" ps >/dev/null 2>&1 && break; done
  if [ "$ENGINE" = none ]; then echo "neither docker nor podman answers here"; exit 1; fi
fi
command -v curl >/dev/null || { echo "curl is missing"; exit 1; }
COMPOSE=${COMPOSE:-$ENGINE compose}
export ADMIN_PORT=${ADMIN_PORT:-19900}     # away from an ambassador that is in use on this machine
export ROUTES                              # a copy of routes/ that may be changed
ROUTES=$(mktemp -d) && cp routes/*.json "$ROUTES" && chmod -R a+rX "$ROUTES"
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
finish() { down; rm -rf "$log" "$ROUTES"; }
trap finish EXIT
trap 'exit 1' INT TERM

up() {   # up FILE OPTION...: starts it anew
  down
  file=$1; shift
  echo "$file"
  compose build >>"$log" 2>&1 && compose up -d "$@" >>"$log" 2>&1 || { tail -n 30 "$log"; echo "$file did not start"; exit 1; }
  client=$(id_of client)
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
answered_well() { [[ $answer =~ ^[^:]+=1$ ]]; }     # By an instance, and not with bad:503 or the like.

# ---- what the client has seen: it prints a line of counts every two seconds
client_log() { "$ENGINE" logs "$client" 2>/dev/null | tr -d '\r'; }
mark()       { seen=$(client_log | wc -l); }
since()      { client_log | tail -n +$((seen + 1)); }
newest()     { client_log | tail -n 1; }
answer_instances() { local line; line=$(newest) && [[ $line != *bad:* ]] && [ "$(grep -oE '[^ ]+=' <<<"$line" | grep -vc slowest)" = "$1" ]; }
told_since() { [ "$(since | wc -l)" -gt "$1" ]; }
tell()       { since | awk '{ for (i = 1; i <= NF; i++) { split($i, p, "="); if (p[1] == "slowest_ms") { if (p[2] > slow) slow = p[2] } else if (p[1] ~ /^bad/) { bad[p[1]] += p[2] } else good += p[2] } }
  END { printf "         %d answered, the slowest after %d ms", good, slow; for (b in bad) printf ", %d %s", bad[b], b; print "" }'; }
nothing_failed() { within 20 told_since "$(since | wc -l)" && ! since | grep bad: >/dev/null; }   # One line more: the newest may be older than what was done.
nothing_was_cut() { ! since | grep -E 'bad:(cut|late|[0-9])' >/dev/null; }
scale() { mark; compose up -d --no-recreate --scale "backend=$1" >>"$log" 2>&1; within 60 answer_instances "$1"; }
loses_one() { mark; "$ENGINE" kill "$(id_of backend | tail -n 1)" >>"$log" 2>&1; within 60 answer_instances "$1"; }
restarts() {
  local slow; slow=$(mktemp); mark
  ask 'http://api/slow?ms=8000' 1 >"$slow" &
  sleep 2
  compose restart api >>"$log" 2>&1
  wait $!
  answer=$(cat "$slow"); rm -f "$slow"
  within 60 answer_instances "$1"
}

# ---- the admin listener, from the host
admin() { curl -sS -m 5 "$@" 2>>"$log"; }
admin_url=http://127.0.0.1:$ADMIN_PORT
has_page() { [[ $(admin "$admin_url/") == '<!doctype html>'* ]]; }
has_metrics() { [[ $(admin "$admin_url/metrics") == *ambassador_requests_total{* ]]; }
refuses_changes() { [ "$(admin -o /dev/null -w '%{http_code}' -X POST -H 'Content-Type: application/json' "$admin_url/api/shutdown")" = 403 ]; }
is_published_here_only() { local address; address=$(hostname -I | cut -d ' ' -f 1) && [ -n "$address" ] && ! admin -o /dev/null "http://$address:$ADMIN_PORT/livez"; }
data_port_has_no_admin() { [[ $(ask http://api/metrics 1) =~ ^[0-9a-f]+=1$ ]]; }   # An instance answers, by its name.
has_access_line() { "$ENGINE" logs "$(id_of api)" 2>&1 | grep 'access: .* GET /slow?' >/dev/null; }

# ---- route files, changed on the host
route_file() { sed -i "$1" "$ROUTES/api.json"; }
only_v2() { [ "$(ask http://api/ 40)" = v2=40 ]; }
has_refused() { "$ENGINE" logs "$(id_of api)" 2>&1 | grep 'did you mean' >/dev/null; }

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

up compose.scale.yaml --scale backend=2
check "is not root, has no capability, cannot write its root" is_confined
check "two instances answer on port 80" within 60 answer_instances 2
check "five after 2 → 5" scale 5
check "no request failed" nothing_failed; tell
check "one after 5 → 1" scale 1
check "no request failed" nothing_failed; tell
check "three after 1 → 3" scale 3
check "an instance killed: two answer" loses_one 2
check "no request failed" nothing_failed; tell
check "a request of 8 s, and the ambassador is restarted: it serves again" restarts 2
check "the request under way is answered" answered_well
check "nothing was cut while it was away" nothing_was_cut; tell
check "the page answers at the published port" has_page
check "metrics answer" has_metrics
check "changes are refused there" refuses_changes
check "it is published on 127.0.0.1 only" is_published_here_only
check "nothing of it on the data port" data_port_has_no_admin
check "a slow request has its line in the log" within 5 has_access_line

up compose.one-line.yaml
counts=$(ask http://api/ 400)
echo "         $counts"
check "90 to v1" is_about "$(times v1 <<<"$counts")" 360
check "10 to v2" is_about "$(times v2 <<<"$counts")" 40

up compose.file.yaml
counts=$(ask http://api/ 400)
echo "         $counts"
check "both versions answer, v1 most" test "$(times v2 <<<"$counts")" -gt 0 -a "$(times v1 <<<"$counts")" -gt 300
route_file 's/"v1": 90, "v2": 10/"v1": 0, "v2": 100/'
check "the route file changed on the host: all to v2" within 15 only_v2
route_file 's/"Split"/"Spilt"/'
check "a change with a mistake is refused" within 15 has_refused
check "and what was in force stays" only_v2

echo
echo "$((checks - failures)) of $checks hold, in $((SECONDS - started)) s"
[ $failures -eq 0 ]
