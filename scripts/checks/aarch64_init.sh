#!/bin/busybox sh
# shellcheck shell=dash
# The first process of an emulated ARM machine (scripts/test-aarch64): tests the executors in
# /build/dispatch that are linked with the official suite's program, prints a line for each check, and switches the machine off.

/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t devtmpfs dev /dev

# check WHAT STATUS WORDS COMMAND...: the command has to end so, and one of its last lines to hold the words.
check() {
    local what=$1 expected=$2 words=$3 log status last
    shift 3
    log=/tmp/$(echo "$what" | tr ' ' -)
    "$@" >"$log" 2>&1
    status=$?
    last=$(tail -n 20 "$log" | grep -F -- "$words" | tail -n 1)
    case "$status $last" in
    "$expected "*"$words"*) echo "ok   $what: $(echo "$last" | tr -s ' ' | cut -c 1-60)" ;;
    *)
        echo "FAIL $what: status $status and not $expected, or not \"$words\" but:"
        tail -n 20 "$log"
        echo "$what" >>/tmp/failures
        ;;
    esac
}

test_executors() {
    local name
    for name; do
        set -- /build/tailrace run --dispatch "${name%-*}" --isa "${name##*-}" --invoke
        check "$name: suite" 0 total "/build/dispatch/spectest-$name" --expected /spectest.expected /spectest
        check "$name: workload" 0 888134674 "$@" run /raymarch.wasm 99
        check "$name: fault" 3 "out of bounds memory access in function 8u_bad" \
            "$@" 8u_bad /spectest/address/address.0.wasm 65536
        echo "$name" >>/tmp/tested
    done
}

# Two at a time, for each processor one: every second of them, and the others.
# shellcheck disable=SC2012,SC2046 # there are no odd names
{
    ls /build/dispatch | sed -n 's/^spectest-//p' >/tmp/names
    test_executors $(sed -n 'p;n' /tmp/names) &
    test_executors $(sed -n 'n;p' /tmp/names) &
    wait
}
echo "$(grep -c . /tmp/tested) executors tested"
if [ -s /tmp/tested ] && [ ! -e /tmp/failures ]; then echo "ALL CHECKS PASSED"; else echo "SOME CHECKS FAILED"; fi
poweroff -f
