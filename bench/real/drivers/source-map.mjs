// source-map, in Rust: reads the mappings of a large source map and looks places up.
import { SourceMapConsumer, SourceMapGenerator } from "source-map";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const random = randomNumbers(8), generator = new SourceMapGenerator({ file: "all.js" });
    for (let line = 1; line <= 45000; line++)
        for (let column = 0; column < 120; column += 1 + Math.floor(random() * 6))
            generator.addMapping({ generated: { line, column }, source: `part${line % 9}.js`,
                original: { line: 1 + Math.floor(random() * 500), column: Math.floor(random() * 80) } });
    return SourceMapConsumer.with(generator.toJSON(), null, (consumer) => {
        const found = [];
        for (let i = 0; i < 20000; i++)
            found.push(consumer.originalPositionFor({ line: 1 + (i % 45000), column: (i * 7) % 120 }).line);
        return found.join();
    });
}
