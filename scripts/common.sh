# shellcheck shell=bash
# What the scripts share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

# say WORD...: what a script is doing, in a line.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# die WORD...: a sentence, and the end.
die() {
    say "$*"
    exit 1
}

# usage_error WORD...
usage_error() {
    say "$* (see $(realpath --relative-to="$root" "$0") --help)"
    exit 2
}

# print_help: the comment at the head of the script, up to the first line that is none.
print_help() { sed -n '2,/^[^#]/ { /^#/!q; s/^# \{0,1\}//; p }' "$0"; }

# draw_layouts N [A,B]: N seeds of layouts, with commas between them: those given, and others drawn at random. 0 is
# the order of the table, and no draw.
draw_layouts() {
    local drawn=${2:-} seed
    while [ "$(count_words "$drawn")" -lt "$1" ]; do
        seed=$((1 + RANDOM % 9999))
        [[ ,$drawn, == *,$seed,* ]] || drawn+=${drawn:+,}$seed
    done
    printf '%s\n' "$drawn"
}

# count_words A,B: how many there are.
count_words() {
    local items
    IFS=, read -ra items <<<"$1"
    printf '%s\n' "${#items[@]}"
}

# newest_clang: clang-NN of the highest number that is installed; nothing if there is none.
newest_clang() {
    compgen -c clang- | grep -E '^clang-[0-9]+$' | sort -t- -k2 -n -u | tail -n 1
}

# choose_compiler: $CC if set, or else the newest clang, or else what there is.
choose_compiler() {
    local name
    for name in "${CC:-}" "$(newest_clang)" clang gcc cc; do
        [ -n "$name" ] || continue
        if command -v "${name%% *}" >/dev/null; then
            printf '%s\n' "$name"
            return
        fi
        [ -z "${CC:-}" ] || die "there is no compiler \"$CC\""
    done
    die "there is no C compiler; scripts/setup installs one"
}
