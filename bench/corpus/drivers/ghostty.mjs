// Ghostty's terminal, in Zig: escape sequences, colours, scrolling and wrapping.
import { readFileSync } from "node:fs";
import { prose, randomNumbers } from "../inputs.mjs";

export default async function run() {
    const bytes = readFileSync(new URL("../node_modules/ghostty-web/dist/ghostty-vt.wasm", import.meta.url));
    const { instance } = await WebAssembly.instantiate(bytes, { env: { log() {} } });
    const { memory, ...ghostty } = instance.exports, random = randomNumbers(17);
    const number = (top) => Math.floor(random() * top);
    const terminal = ghostty.ghostty_terminal_new(80, 24), parts = [];
    for (let i = 0; i < 12000; i++)
        parts.push(`\x1b[${30 + number(8)};${number(2)}m${prose(40, i)}\x1b[0m`, number(4) ? " " : "\r\n",
            number(9) ? "" : `\x1b[${1 + number(24)};${1 + number(80)}H\x1b[K`,
            number(20) ? "" : `\x1b[38;2;1;${number(255)};3mé界`);
    const text = Buffer.from(parts.join("")), at = ghostty.ghostty_wasm_alloc_u8_array(text.length);
    new Uint8Array(memory.buffer).set(text, at);
    ghostty.ghostty_terminal_write(terminal, at, text.length);
    ghostty.ghostty_render_state_update(terminal);
    const cursor = ["x", "y"].map((axis) => ghostty[`ghostty_render_state_get_cursor_${axis}`](terminal));
    return cursor.join();
}
