// Zopfli, in C: searches for the smallest deflate stream.
import zopfli from "@gfx/zopfli";
import { prose } from "../inputs.mjs";

export default async function run() {
    return zopfli.gzipAsync(Buffer.from(prose(12000)), { numiterations: 5 });
}
