// md4w, in Zig and C: Markdown to HTML.
import { init, mdToHtml } from "md4w";
import { prose } from "../inputs.mjs";

export default async function run() {
    await init("small");
    const parts = Array.from({ length: 1500 }, (_, i) =>
        `## Part ${i}\n\n${prose(600, i).replaceAll(", ", " *and* ")}\n\n` +
        `1. [a link](https://example.org/${i})\n2. \`code\` and **strong**\n   - nested <em>item</em>\n\n` +
        "| a | b |\n| --- | :-: |\n| 1 | 2 |\n\n```js\nlet a = 1;\n```\n\n> a quotation\n");
    return mdToHtml(parts.join("\n"));
}
