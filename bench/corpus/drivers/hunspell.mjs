// Hunspell, in C++: spelling by a dictionary with suffixes, and suggestions.
import { createRequire } from "node:module";
import { prose } from "../inputs.mjs";

const AFFIXES = "SET UTF-8\nTRY aeiounrstl\nSFX S Y 2\nSFX S y ies [^aeiou]y\nSFX S 0 s [^y]\n" +
    "PFX U Y 1\nPFX U 0 un .\nREP 2\nREP f ph\nREP k c\n";

export default async function run() {
    const { loadModule } = createRequire(import.meta.url)("hunspell-asm");
    const words = [...new Set(prose(60000).toLowerCase().match(/[a-z]+/g))];
    const factory = await loadModule();
    const affixes = factory.mountBuffer(Buffer.from(AFFIXES), "words.aff");
    const lines = [words.length, ...words.map((word) => word + "/SU")];
    const dictionary = factory.mountBuffer(Buffer.from(lines.join("\n")), "words.dic");
    const speller = factory.create(affixes, dictionary), found = [];
    for (const word of words)
        for (const written of [word, word + "s", "un" + word, word.slice(1)]) found.push(speller.spell(written));
    for (const word of words.slice(0, 60)) found.push(speller.suggest(word.replace(/[aeiou]/, "x")));
    return found.join();
}
