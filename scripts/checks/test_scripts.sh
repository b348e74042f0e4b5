#!/bin/bash
# Tests what can be tested of the scripts without running them for real. Exit status 77: skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

if ! command -v shellcheck >/dev/null; then
    echo "skipped: shellcheck is missing"
    exit 77
fi
mapfile -t shells < <(grep -lsE '^#!/bin/(ba)?sh|shellcheck shell=' scripts/* scripts/*/* runtime/test/* \
    bench/*/* .ci/run)
shellcheck -x "${shells[@]}"

failures=0
scripts=(scripts/{setup,build,test,test-aarch64,new-strategy,try,ablate,report,export,calibrate,verdicts,fleet}
    runtime/test/fetch-spectest bench/real/fetch-real bench/corpus/fetch-corpus bench/corpus/mine-corpus
    scripts/page/fetch-charts)
for script in scripts/bench "${scripts[@]}"; do
    help=$(cd / && "$OLDPWD/$script" --help)
    if ! grep -qi '^usage: ' <<<"$help"; then
        echo "$script --help does not say how to use it"
        failures=1
    fi
done
for script in "${scripts[@]}"; do
    status=0
    said=$("$script" --no-such-option 2>&1) || status=$?
    if [ $status -ne 2 ]; then
        echo "$script ends with $status instead of 2 for an unknown option: $said"
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

# Of two runs at the same time each reports its own: stand-ins in a tree of their own.
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir -p "$tree/scripts" "$tree/build" "$tree/results/local"
cp scripts/bench scripts/common.sh "$tree/scripts"
printf '#!/bin/sh\n' >"$tree/scripts/build"
printf '#!/bin/sh\necho "report of $*"\n' >"$tree/scripts/report"
# shellcheck disable=SC2016 # it is the stand-in's
printf '%s\n' '#!/bin/sh' "cd '$tree/results/local' && sleep 0.05" 'touch a-mine.json b-of-another-run.json' \
    'echo "$PWD/a-mine.json" >"$TAILRACE_TELL_RESULT"' >"$tree/build/tailrace"
chmod +x "$tree/scripts/build" "$tree/scripts/report" "$tree/build/tailrace"
said=$("$tree/scripts/bench" --no-setup 2>/dev/null) || true
if [ "$said" != "report of $tree/results/local/a-mine.json" ]; then
    echo "scripts/bench makes a page of another run's results: $said"
    failures=1
fi

# What reaches the build, and what the program: option by option as the program reads them.
printf '#!/bin/sh\necho "build $*"\n' >"$tree/scripts/build"
# shellcheck disable=SC2016 # it is the stand-in's
printf '#!/bin/sh\necho "tailrace $*"\n' >"$tree/build/tailrace"
expect() {
    local said status=0 wanted=$1
    shift
    # Seeds that are drawn: how many there are.
    said=$("$tree/scripts/bench" --no-setup --no-whole-processes "$@" 2>/dev/null |
        awk '{ for (i = 1; i < NF; i++) if ($i == "--layout-seeds" && $(i + 1) != "3,5")
            $(i + 1) = "<" split($(i + 1), drawn, ",") ">"; print }') || status=$?
    if [ "$said" != "$wanted" ]; then
        echo "scripts/bench $* ends with $status and does: $said"
        failures=1
    fi
}
expect $'build --layout-seeds <8>\ntailrace bench --layout-seeds <8>'
expect $'build --layout-seeds 3,5\ntailrace bench --layout-seeds 3,5' --layout-s 3,5
expect $'build --layout-seeds <2>\ntailrace bench --layout-seeds <2>' -l2
mkdir -p "$tree/scripts/analysis" "$tree/bench/"{workloads,input}
cp bench/input/executors.h "$tree/bench/input"
cp scripts/analysis/{zero_modules,source_tree,printable}.py "$tree/scripts/analysis"
cp bench/workloads/default.json "$tree/bench/workloads"
modules=$(realpath "$tree")/bench/workloads
expect "build --layout-seeds 3,5 --zero $modules/vm.wasm,$modules/sort.wasm
tailrace bench --zero -w sort,v* --layout-seeds 3,5" -z -w 'sort,v*' --layout-seeds 3,5
touch "$tree/a.trace"
expect "build --layout-seeds 3,5 --zero $(realpath "$tree")/a.trace
tailrace bench --zero --trace $tree/a.trace --layout-seeds 3,5" -z --trace "$tree/a.trace" --layout-seeds 3,5
expect "" -z --trace "$tree/no.trace" # nothing is built
expect $'build --layout-seeds <1>\ntailrace bench --layout-seeds <1>' --layouts=1
expect $'build --dispatch all --isa slots,acc --layout-seeds <8>\ntailrace bench --dispatch all --isa slots,acc --layout-seeds <8>' \
    --dispatch=all --isa slots,acc
expect $'build --layout-seeds <8>\ntailrace bench --invoke run --layout-seeds <8> -- --layouts 7' --invoke run -- --layouts 7
expect $'build --layout-seeds <8>\ntailrace bench --simulate=9 --simulate --layout-seeds <8>' --sim=9 -m
expect $'build --layout-seeds <8>\ntailrace bench --peer all --peer x=./x {module} --layout-seeds <8>' \
    --peer all '--peer=x=./x {module}'
mkdir "$tree/elsewhere"
cp -r "$tree/build" "$tree/elsewhere"
expect "build --layout-seeds 3,5 --directory $(realpath "$tree")/elsewhere/build
tailrace bench --layout-seeds 3,5" --layout-seeds 3,5 --build-directory "$tree/elsewhere" --no-report
# What measures is begun by words of a shell, the build is not.
# shellcheck disable=SC2016 # these are the stand-in's
printf '%s\n' '#!/bin/sh' 'echo "launched $1"; shift; exec "$@"' >"$tree/in front" && chmod +x "$tree/in front"
expect $'build --layout-seeds 3,5\nlaunched a b\ntailrace bench --layout-seeds 3,5' --layout-seeds 3,5 --launch "'$tree/in front' 'a b'"
expect "" --launch "it's"
mkfifo "$tree/pipe" "$tree/gone.samples"
for resumed in pipe gone; do
    if said=$(timeout 20 "$tree/scripts/bench" --no-setup --resume "$tree/$resumed" 2>&1) ||
        [[ $said != "bench: cannot go on with $tree/$resumed: "*" is no file" ]]; then
        echo "scripts/bench --resume of a pipe is not refused: $said"
        failures=1
    fi
done
expect "" --s x # may be --suite, --stop, ...: nothing is built
for argument in --output= --output -o; do
    if said=$("$tree/scripts/bench" --no-setup "$argument" "" 2>&1) || [[ $said != *"takes a file"* ]]; then
        echo "scripts/bench $argument \"\" is not refused: $said"
        failures=1
    fi
done

expect $'build --isa acc,pinned,fused --layout-seeds <8>\ntailrace bench --isa acc,pinned,fused --layout-seeds <8>' \
    --isa acc,pinned,fused

# A build directory keeps the instruction sets that it has: a tree with stand-ins for what builds.
mkdir -p "$tree/sets/scripts" "$tree/sets/dispatch" "$tree/bin"
cp scripts/build scripts/common.sh "$tree/sets/scripts"
cp dispatch/programs.py "$tree/sets/dispatch"
printf '#!/bin/sh\n' | tee "$tree/sets/scripts/audit" "$tree/sets/dispatch/strategies.py" "$tree/bin/ninja" >/dev/null
entries=
for strategy in switch tail-mine no-decoding; do
    for isa in acc fused; do
        programs=
        for seed in 0 3 4; do programs+="${programs:+, }\"$seed\": \"$isa/$seed/$strategy\""; done
        entries+="${entries:+, }{\"strategy\": \"$strategy\", \"isa\": \"$isa\", \"programs\": {$programs}}"
    done
done
cat >"$tree/build.json" <<EOF
{"first_layout": 0, "layout_seeds": [3], "isas": ["acc", "fused"], "executors": [$entries],
 "strategies": {"switch": {}, "tail-mine": {}, "no-decoding": {"reference": true}},
 "counters": {"acc": "acc/counter", "fused": "fused/counter"}}
EOF
# shellcheck disable=SC2016 # it is the stand-in's
printf '%s\n' '#!/bin/sh' '[ "$1" = setup ] && mkdir -p "$2/dispatch" && touch "$2/build.ninja" &&' \
    'cp "${ASKED%/*}/build.json" "$2/dispatch"' \
    'for word; do case $word in -Disa=*) echo "$word" ;; esac; done >>"$ASKED"' >"$tree/bin/meson"
chmod +x "$tree"/sets/*/* "$tree"/bin/*
touch "$tree/sets/dispatch/strategies.txt"
for case in 'pinned:-Disa=acc,pinned' 'pinned:' ':' 'fused,acc:-Disa=acc,pinned,fused' 'acc:'; do
    isa=${case%%:*} wanted=${case#*:}
    rm -f "$tree/asked" && touch "$tree/asked"
    ASKED=$tree/asked PATH=$tree/bin:$PATH CC=cc "$tree/sets/scripts/build" ${isa:+--isa "$isa"} \
        >/dev/null 2>"$tree/said" || { cat "$tree/said" && failures=1; }
    if [ "$(cat "$tree/asked")" != "$wanted" ]; then
        echo "scripts/build --isa \"$isa\" asks meson for \"$(cat "$tree/asked")\", not \"$wanted\""
        failures=1
    fi
done

# A copy of a build would write to the place of the first one, until it is set up for its own; once.
cp -r "$tree/sets/build" "$tree/sets/copy"
mv "$tree/bin/meson" "$tree/meson"
# shellcheck disable=SC2016 # it is the stand-in's
printf '%s\n' '#!/bin/sh' 'echo "$*" >>"$ASKED"' >"$tree/bin/meson" && chmod +x "$tree/bin/meson"
: >"$tree/asked"
for directory in build copy copy; do
    ASKED=$tree/asked PATH=$tree/bin:$PATH CC=cc "$tree/sets/scripts/build" --directory "$tree/sets/$directory" 2>/dev/null
done
if [ "$(cat "$tree/asked")" != "setup --reconfigure $tree/sets/copy" ]; then
    echo "scripts/build of a copy asks meson for \"$(cat "$tree/asked")\""
    failures=1
fi
mv "$tree/meson" "$tree/bin/meson"

# With --dispatch that alone is built, and what was built before of the layouts that are measured. What its programs are
# called is up to the build.
# shellcheck disable=SC2016 # it is the stand-in's
printf '%s\n' '#!/bin/sh' 'case "$*" in' \
    '*targets*) for target in acc/0/switch acc/3/switch acc/4/switch test/differential ../tailrace; do' \
    '    echo "dispatch/$target: c_LINKER"; done; echo "all: phony" ;;' \
    '*build.ninja) ;;' '*) shift 3; echo "$*" >>"$ASKED" ;;' 'esac' >"$tree/bin/ninja"
# shellcheck disable=SC2016 # and this
printf '%s\n' '#!/bin/sh' '[ "$2" != --of ] || echo "$3" | tr , "\n"' >"$tree/sets/dispatch/strategies.py"
sets=$tree/sets/build
mkdir -p "$sets"/dispatch/acc/{0,4} "$sets/dispatch/test"
touch "$sets"/dispatch/acc/{0,4}/switch "$sets/dispatch/test/differential"
always='tailrace dispatch/build.json dispatch/acc/0/switch dispatch/test/differential'
for case in \
    "|
$always" \
    "--dispatch tail-mine --layout-seeds 3|dispatch/build.json
$always dispatch/acc/0/tail-mine dispatch/acc/3/tail-mine dispatch/fused/0/tail-mine dispatch/fused/3/tail-mine\
 dispatch/acc/0/no-decoding dispatch/acc/3/no-decoding dispatch/fused/0/no-decoding dispatch/fused/3/no-decoding\
 dispatch/acc/counter dispatch/fused/counter" \
    "--dispatch switch,tail-mine --isa fused|dispatch/build.json
$always dispatch/fused/0/switch dispatch/fused/3/switch dispatch/fused/0/tail-mine dispatch/fused/3/tail-mine\
 dispatch/fused/0/no-decoding dispatch/fused/3/no-decoding dispatch/fused/counter"; do
    rm -f "$tree/asked"
    # shellcheck disable=SC2086 # words
    ASKED=$tree/asked PATH=$tree/bin:$PATH CC=cc "$tree/sets/scripts/build" ${case%%|*} \
        >/dev/null 2>"$tree/said" || { cat "$tree/said" && failures=1; }
    # Last of all, once more, what describes the build: what compiling has cost is known then.
    if [ "$(grep -v '^-D' "$tree/asked")" != "${case#*|}"$'\ndispatch/build.json' ]; then
        echo "scripts/build ${case%%|*} has ninja build: $(cat "$tree/asked")"
        failures=1
    fi
done

# Every build is made and tested once, all but the first behind its tests, which here wait for that; then what the first
# has recorded is replayed in those that could be made. One that cannot be made is a failure, and no end.
mkdir -p "$tree/all/scripts" "$tree/all/runtime/test" "$tree/all-bin"
cp scripts/test scripts/common.sh "$tree/all/scripts"
printf '#!/bin/sh\n' >"$tree/all/runtime/test/fetch-spectest"
# shellcheck disable=SC2016 # they are the stand-ins'
{
    printf '%s\n' '#!/bin/sh' 'echo "made ${2##*/}"' 'mkdir -p "$2/meson-logs"' \
        'case $2 in *-explicit) sleep 0.3 && exit 1 ;; esac' >"$tree/all/scripts/build"
    printf '%s\n' '#!/bin/sh' 'case $3 in */build) timeout 20 sh -c "until [ -f $3-sanitize/tested ]; do sleep 0.1; done" ||' \
        'exit 1 ;; esac' 'case $* in *" --suite again") ls "$3/../build/tested" >/dev/null || exit 1 ;; esac' \
        'touch "$3/tested"' \
        'echo "{\"name\": \"a / b\", \"result\": \"OK\"}" >"$3/meson-logs/testlog.json"' >"$tree/all-bin/meson"
}
chmod +x "$tree"/all/scripts/* "$tree"/all/runtime/test/* "$tree"/all-bin/*
# expect_tests STATUS SUM FAILING: how the script has to end where builds of this ending cannot be made.
expect_tests() {
    local said status=0 wanted name again=
    said=$(PATH=$tree/all-bin:$PATH CC=cc "$tree/all/scripts/test" --no-setup 2>&1) || status=$?
    wanted="made build"$'\n'"test: testing $tree/all/build"$'\n'
    for name in build-slots build-explicit build-registers build-sanitize; do
        wanted+="made $name"$'\n'
        if [[ $name == *$3 ]]; then
            wanted+="test: $tree/all/$name could not be built"$'\n'
        else
            wanted+="test: testing $tree/all/$name"$'\n'
            again+="test: testing $tree/all/$name"$'\n'
        fi
    done
    if [ "$status" -ne "$1" ] || [[ $said != *$'\n'"$2" ]] ||
        [ "$(grep -v '^skipped\|passed' <<<"$said")"$'\n' != "$wanted$again" ]; then
        echo "scripts/test ends with $status and says: $said"
        failures=1
    fi
}
expect_tests 1 "7 passed, 1 failed, 4 skipped" -explicit
rm -r "$tree"/all/build*
sed -i 's/ && exit 1 / /' "$tree/all/scripts/build"
expect_tests 0 "9 passed, 0 failed, 5 skipped" -none

# Services that the tests need are neither started nor enabled, and what holds them is gone again.
mkdir -p "$tree/setup/scripts/page" "$tree/setup-bin"
cp scripts/setup scripts/common.sh "$tree/setup/scripts"
printf '#!/bin/sh\n' | tee "$tree/setup/scripts/page/fetch-charts" "$tree/setup-bin/apt-cache" \
    >"$tree/setup-bin/npm"
printf '#!/bin/sh\necho 1000\n' >"$tree/setup-bin/id"
printf '#!/bin/sh\necho "installed munge"\n' >"$tree/setup-bin/dpkg-query"
# shellcheck disable=SC2016 # they are the stand-ins'
{
    printf '%s\n' '#!/bin/bash' 'for word; do' \
        'words+=("${word//\/usr\/sbin\/policy-rc.d/$POLICY}")' 'done' 'exec "${words[@]}"' \
        >"$tree/setup-bin/sudo"
    printf '%s\n' '#!/bin/sh' '[ "$1" = install ] || exit 0' \
        'exec >"$TOLD"' 'if [ -e "$POLICY" ]; then "$POLICY"; echo "held by $?"' \
        'else echo "not held"; fi' \
        'exit "$APT_STATUS"' >"$tree/setup-bin/apt-get"
    printf '%s\n' '#!/bin/sh' 'echo "$*" | sed "s/ --now//" >>"$TOLD"' >"$tree/setup-bin/systemctl"
}
chmod +x "$tree"/setup/scripts/page/* "$tree"/setup-bin/*
# set_up STATUS [OPTION]: with an apt-get that ends so; what it was told, and what is left.
set_up() {
    local status=0
    : >"$tree/told"
    POLICY=$tree/policy TOLD=$tree/told APT_STATUS=$1 PATH=$tree/setup-bin:$PATH \
        "$tree/setup/scripts/setup" --yes "${@:2}" >/dev/null 2>&1 || status=$?
    tr '\n' ';' <"$tree/told"
    echo " ends with $status; $(cat "$tree/policy" 2>/dev/null || echo "nothing is left")"
}
check_set_up() {
    local said
    said=$(set_up "${@:2}")
    if [ "$said" != "$1" ]; then
        echo "scripts/setup ${*:3} where apt-get ends with $2: $said"
        failures=1
    fi
}
units='slurmctld slurmd ssh'
check_set_up "held by 101;disable --quiet $units; ends with 0; nothing is left" 0 --for-tests
check_set_up "held by 101; ends with 1; nothing is left" 1 --for-tests
check_set_up "not held; ends with 0; nothing is left" 0
printf '%s\n' '#!/bin/sh' 'exit 7' >"$tree/policy"
chmod +x "$tree/policy"
check_set_up "held by 7;disable --quiet $units; ends with 0; $(cat "$tree/policy")" 0 --for-tests

# What is not a build of this script is not emptied.
mkdir -p "$tree/foreign/meson-private" "$tree/by-hand/meson-private" "$tree/linked/meson-private"
touch "$tree/foreign/precious" "$tree/by-hand/precious" "$tree/by-hand/build.ninja" "$tree/linked/precious"
ln -s /dev/null "$tree/linked/.made-by-scripts-build"
for name in foreign by-hand linked; do
    if said=$(scripts/build --directory "$tree/$name" -Disa=slots 2>&1) ||
        [[ $said != *"name another --directory, or remove it"* ]] || [ ! -f "$tree/$name/precious" ]; then
        echo "scripts/build does not leave alone what it has not made ($name): $said"
        failures=1
    fi
done
if said=$(runtime/test/fetch-spectest --from /dev/null --directory "$tree/foreign" 2>&1) ||
    [[ $said != *"name another --directory, or remove it"* ]] || [ ! -f "$tree/foreign/precious" ]; then
    echo "fetch-spectest does not leave alone what it has not made: $said"
    failures=1
fi
# A wrong option of the user's is not an old node.
if command -v node >/dev/null &&
    { said=$(NODE_OPTIONS=--no-such-option scripts/record --output "$tree/traces" none.mjs 2>&1) ||
        [[ $said != "record: node does not start with NODE_OPTIONS=--no-such-option: "*"--no-such-option"* ]]; }; then
    echo "scripts/record does not say that node does not take NODE_OPTIONS: $said"
    failures=1
fi
exit $failures
