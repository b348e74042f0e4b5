// mvdan/sh, in Go by TinyGo: parses and prints shell scripts.
import { print } from "sh-syntax";

const part = (i) => `
f_${i}(){ local a="$1" b=\${2:-${i}}
for x in "\${list[@]}" $(seq 1 ${i}) ; do if [[ $x == *.txt && -f "$x" ]];then
cat <"$x"|grep -v '^#'|sort -u >> out_${i}
else echo "no \${x%%.*} $((a*${i}+1))" >&2;fi;done
case $a in start|stop) do_it "$a" & ;; *) return 1;; esac ; cat <<EOF
text $b
EOF
}
`;

export default async function run() {
    return print(Array.from({ length: 250 }, (_, i) => part(i)).join("\n"), { filepath: "a.sh" });
}
