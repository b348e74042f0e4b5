// resvg, in Rust: draws a vector picture.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { prose, randomNumbers } from "../inputs.mjs";

const require = createRequire(import.meta.url);

function drawing() {
    const random = randomNumbers(7), number = (top) => (random() * top).toFixed(1);
    const shapes = [];
    for (let i = 0; i < 60; i++)
        shapes.push(`<path d="M${number(300)} ${number(200)} C ${number(300)} ${number(200)} ${number(300)} ` +
            `${number(200)} ${number(300)} ${number(200)} Z" fill="hsl(${i * 6},70%,50%)" opacity="0.6" ` +
            `stroke="black" stroke-width="${number(3)}"/>`,
        `<circle cx="${number(300)}" cy="${number(200)}" r="${number(30)}" fill="url(#shade)"/>`);
    return `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><defs><linearGradient id="shade">` +
        `<stop offset="0" stop-color="gold"/><stop offset="1" stop-color="teal"/></linearGradient></defs>` +
        shapes.join("") + `<text x="10" y="100" font-family="DejaVu Sans" font-size="14">${prose(40)}</text></svg>`;
}

export default async function run() {
    await initWasm(readFileSync(require.resolve("@resvg/resvg-wasm/index_bg.wasm")));
    const font = readFileSync(require.resolve("dejavu-fonts-ttf/ttf/DejaVuSans.ttf"));
    return new Resvg(drawing(), { font: { fontBuffers: [font], defaultFontFamily: "DejaVu Sans" } }).render().asPng();
}
