# Runs one command so that nothing it starts outlives the program that asked for it, however that program ends.
#   guardian MARK SHELL STOP USER CLEANUP COMMAND [ARGUMENT…]
# Standard input is a pipe from the asking program: each line names a signal for the command (KILL ends all it started);
# its end means that the program is gone. The first line written is the command's process id.
# STOP is the signal that asks it to stop, once the program is gone. USER is user:group to run as, or empty. CLEANUP is run by the shell at the end, or empty.
mark=$1 shell=$2 stop=$3 user=$4 cleanup=$5
shift 5

# Children by parent link, for those that left the group; marked by environment, for those whose parent has gone as well.
tree() {
    for p in $(cat /proc/"$1"/task/*/children 2>/dev/null); do
        echo "$p"
        tree "$p"
    done
}
everything() {
    tree "$child"
    for file in $(grep -lszF "$mark=1" /proc/[0-9]*/environ 2>/dev/null); do
        file=${file#/proc/}
        echo "${file%/environ}"
    done
}
# More than once, as a process may fork between being listed and being killed, and lives on until the kernel gets to it. The group
# counts by itself: a server that renames its processes overwrites the mark in their environment.
sweep() {
    group=alive
    for round in 1 2 3 4 5 6 7 8; do
        found=$(everything)
        # Once the group is gone, its id may be somebody else's.
        [ -z "$group" ] || kill -s KILL -- "-$child" 2>/dev/null || group=
        [ -n "$found$group" ] || return 0
        # shellcheck disable=SC2086
        [ -z "$found" ] || kill -s KILL $found 2>/dev/null
        [ "$round" -lt 3 ] || sleep 0.05
    done
}
orphaned() {
    kill -s "$stop" -- "-$child"
    tries=0
    while [ "$tries" -lt 50 ] && kill -s 0 "$child"; do
        sleep 0.1
        tries=$((tries + 1))
    done
    sweep
}

exec 3<&0 </dev/null
# A shell starts background commands with SIGINT and SIGQUIT ignored, which the command would inherit.
reset=
env --default-signal=INT,QUIT true 2>/dev/null && reset='--default-signal=INT,QUIT'
# A second line of defence, should somebody kill this guardian: its only thread is the command's parent.
drop=
command -v setpriv >/dev/null && drop='setpriv --pdeathsig KILL'
if [ -n "$user" ]; then
    chown "${user%%:*}" /dev/stdout /dev/stderr 2>/dev/null
    drop="setpriv --reuid=${user%%:*} --regid=${user##*:} --init-groups --pdeathsig KILL"
fi
# shellcheck disable=SC2086,SC2016
env $reset "$mark=1" setsid $drop "$shell" -c 'echo "$$"; exec "$@"' guarded "$@" 3<&- &
child=$!
exec >/dev/null 2>&1

(
    while read -r signal; do
        case $signal in
            KILL) sweep ;;
            *) kill -s "$signal" "$child" ;;
        esac
    done
    orphaned
) <&3 &
watcher=$!
exec 3<&-

wait "$child"
code=$?
kill -s KILL "$watcher"
sweep
[ -z "$cleanup" ] || "$shell" -c "$cleanup"
exit "$code"
