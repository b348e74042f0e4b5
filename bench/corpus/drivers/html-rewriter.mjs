// lol-html, in Rust: rewrites HTML in a stream.
import { createRequire } from "node:module";
import { prose } from "../inputs.mjs";

export default async function run() {
    const { HTMLRewriter } = createRequire(import.meta.url)("html-rewriter-wasm");
    const parts = [], rewriter = new HTMLRewriter((part) => parts.push(Buffer.from(part)));
    rewriter.on("a[href]", { element: (element) => element.setAttribute("href", element.getAttribute("href") + "?x") });
    rewriter.on("div.note > p", { element: (element) => element.append("<b>!</b>", { html: true }) });
    rewriter.on("*", { comments: (comment) => comment.remove() });
    for (let i = 0; i < 1300; i++)
        await rewriter.write(Buffer.from(`<div class="${i % 3 ? "note" : "text"}" id=d${i}><p>${prose(500, i)}</p>` +
            `<!-- ${i} --><a href='/page/${i}' title="a &amp; b">link</a><ul><li>1<li>2</ul></div>\n`));
    await rewriter.end();
    rewriter.free();
    return Buffer.concat(parts);
}
