// Lightning CSS, in Rust: parses, lowers and minifies a style sheet.
import init, { transform } from "lightningcss-wasm";
import { styles } from "../inputs.mjs";

export default async function run() {
    await init();
    return transform({ filename: "all.css", code: Buffer.from(styles(1500)), minify: true,
        targets: { chrome: 90 << 16 } }).code;
}
