// HarfBuzz, in C++: which glyphs of a font a text becomes, and where they stand.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as harfbuzz from "harfbuzzjs";
import { prose } from "../inputs.mjs";

export default async function run() {
    const file = createRequire(import.meta.url).resolve("dejavu-fonts-ttf/ttf/DejaVuSerif.ttf");
    const hb = harfbuzz.default ? await harfbuzz.default : harfbuzz;
    const font = new hb.Font(new hb.Face(new hb.Blob(readFileSync(file)), 0));
    const found = [];
    for (const line of (prose(250000) + "\n" + "نص عربي للتشكيل fi ffl Ελληνικά ".repeat(1000)).split("\n")) {
        const buffer = new hb.Buffer();
        buffer.addText(line);
        buffer.guessSegmentProperties();
        hb.shape(font, buffer);
        found.push(JSON.stringify(buffer.json ? buffer.json() : buffer.getGlyphInfos()));
    }
    return found.join("\n");
}
