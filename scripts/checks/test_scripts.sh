#!/bin/bash
# Tests what can be tested of the scripts without running them for real. Exit status 77: skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v shellcheck >/dev/null; then
    echo "skipped: shellcheck is missing"
    exit 77
fi
mapfile -t shells < <(grep -lE '^#!/bin/(ba)?sh|shellcheck shell=' scripts/* scripts/checks/* .ci/run \
    bench/test/fake_executor 2>/dev/null)
shellcheck -x "${shells[@]}"

failures=0
for script in setup build bench test test-aarch64 new-strategy try fetch-spectest fetch-real report export calibrate verdicts; do
    help=$(cd / && "$OLDPWD/scripts/$script" --help)
    if ! grep -qi '^usage: ' <<<"$help"; then
        echo "scripts/$script --help does not say how to use it"
        failures=1
    fi
done
for script in setup build test test-aarch64 new-strategy try fetch-spectest fetch-real report export calibrate verdicts; do
    status=0
    "scripts/$script" --no-such-option >/dev/null 2>&1 || status=$?
    if [ $status -ne 2 ]; then
        echo "scripts/$script ends with $status instead of 2 for an unknown option"
        failures=1
    fi
done
for names in "" "," "clang,"; do
    if said=$(scripts/bench --no-setup --cc "$names" 2>&1) || [[ $said != *"not \"$names\""* ]]; then
        echo "scripts/bench --cc \"$names\" is not refused: $said"
        failures=1
    fi
done
if said=$(scripts/bench --no-setup --cc no-such-compiler,nor-this 2>&1) ||
    ! grep -q 'left out: nor-this: there is no such compiler' <<<"$said" ||
    ! grep -q 'none of the compilers could be used' <<<"$said"; then
    echo "scripts/bench --cc does not say that there are no such compilers: $said"
    failures=1
fi
exit $failures
