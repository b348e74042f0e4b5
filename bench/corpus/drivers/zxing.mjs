// ZXing-C++: writes bar codes and reads them.
import { readFileSync } from "node:fs";
import { prepareZXingModule, readBarcodes, writeBarcode } from "zxing-wasm/full";
import { prose } from "../inputs.mjs";

export default async function run() {
    const wasmBinary = readFileSync(new URL("../node_modules/zxing-wasm/dist/full/zxing_full.wasm", import.meta.url));
    prepareZXingModule({ overrides: { wasmBinary } });
    const found = [];
    for (const [format, text] of [["QRCode", prose(200)], ["DataMatrix", prose(80)], ["Code128", "TAILRACE 2026"]]) {
        const { symbol } = await writeBarcode(text, { format });
        const scale = 6, margin = 8, width = (symbol.width + 2 * margin) * scale;
        const height = (Math.max(symbol.height, 20) + 2 * margin) * scale;
        const data = new Uint8ClampedArray(width * height * 4).fill(255);
        for (let y = margin * scale; y < height - margin * scale; y++)
            for (let x = margin * scale; x < width - margin * scale; x++) {
                const row = Math.min(symbol.height - 1, Math.floor(y / scale) - margin);
                const shade = symbol.data[row * symbol.width + Math.floor(x / scale) - margin];
                data.fill(shade, (y * width + x) * 4, (y * width + x) * 4 + 3);
            }
        found.push(symbol.width, ...(await readBarcodes({ data, width, height, colorSpace: "srgb" },
            { tryHarder: true, formats: [format] })).map((result) => result.text));
    }
    return found.join();
}
