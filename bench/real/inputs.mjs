// The inputs of the programs in drivers/, made here so that they are the same everywhere: text, data,
// pictures, sound and source code out of one generator of pseudo-random numbers.

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed) {
    let state = seed >>> 0;
    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let mixed = Math.imul(state ^ (state >>> 15), state | 1);
        mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
        return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
}

const SYLLABLES = ["ba", "cor", "de", "fi", "gan", "hol", "in", "ka", "lo", "mer", "ni", "or", "pe", "qui",
    "ra", "sol", "tu", "un", "ver", "wa", "xi", "yo", "ze"];

/** A vocabulary in which some words are much more frequent than others. */
function vocabulary(random, count) {
    const words = [];
    for (let i = 0; i < count; i++) {
        let word = "";
        for (let left = 1 + Math.floor(random() * 3); left >= 0; left--)
            word += SYLLABLES[Math.floor(random() * SYLLABLES.length)];
        words.push(word);
    }
    return words;
}

/** Prose of about `length` characters. */
export function prose(length, seed = 1) {
    const random = randomNumbers(seed), words = vocabulary(random, 800);
    const parts = [];
    let size = 0, sentence = 0;
    while (size < length) {
        let word = words[Math.floor(random() ** 3 * words.length)];
        if (sentence === 0) word = word[0].toUpperCase() + word.slice(1);
        sentence++;
        const ends = sentence > 4 && random() < 0.15;
        if (ends) {
            word += random() < 0.2 ? ".\n" : ". ";
            sentence = 0;
        } else {
            word += random() < 0.1 ? ", " : " ";
        }
        parts.push(word);
        size += word.length;
    }
    return parts.join("").slice(0, length);
}

/** Records as an array of objects, for databases and JSON. */
export function records(count, seed = 2) {
    const random = randomNumbers(seed), words = vocabulary(random, 300);
    return Array.from({ length: count }, (_, id) => ({
        id,
        name: words[Math.floor(random() * words.length)],
        group: words[Math.floor(random() ** 2 * 20)],
        amount: Math.round(random() * 100000) / 100,
        tags: Array.from({ length: Math.floor(random() * 4) }, () => words[Math.floor(random() * 50)]),
        active: random() < 0.7,
    }));
}

/** An RGBA picture: smooth colours, edges and a little noise. */
export function picture(width, height, seed = 3) {
    const random = randomNumbers(seed);
    const data = new Uint8ClampedArray(width * height * 4);
    for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
            const at = (y * width + x) * 4, inside = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (width / 3) ** 2;
            const noise = random() * 12;
            data[at] = (x * 255) / width + noise;
            data[at + 1] = inside ? 200 - noise : (y * 255) / height;
            data[at + 2] = ((x >> 4) ^ (y >> 4)) & 1 ? 180 + noise : 60;
            data[at + 3] = 255;
        }
    return { data, width, height };
}

/** One second or more of sound: 16-bit samples of a few decaying tones and noise. */
export function sound(samples, rate = 44100, seed = 4) {
    const random = randomNumbers(seed), data = new Int32Array(samples);
    for (let i = 0; i < samples; i++) {
        const t = i / rate, beat = t % 0.5;
        // Triangles, since sines differ in the last bit between machines.
        const triangle = (frequency) => Math.abs(((t * frequency) % 1) * 4 - 2) - 1;
        const level = Math.max(0, 1 - beat * 2);
        data[i] = Math.trunc(8000 * level * triangle(440) + 4000 * level * triangle(663) + 300 * (random() - 0.5));
    }
    return data;
}

/** JavaScript source of about `functions` functions, as a CommonJS or an ES module. */
export function source(functions, { esm = false, seed = 5 } = {}) {
    const random = randomNumbers(seed), words = vocabulary(random, 200);
    const word = () => words[Math.floor(random() * words.length)];
    const lines = [];
    for (let i = 0; i < 20; i++)
        lines.push(esm ? `import { ${word()} as ${word()}${i} } from "./${word()}.js";`
            : `const ${word()}${i} = require("./${word()}");`);
    for (let i = 0; i < functions; i++) {
        const name = `${word()}_${i}`, a = `${word()}A`, b = `${word()}B`;
        lines.push(`/* ${prose(60, i + 1)} */`);
        lines.push(`${esm ? "export " : ""}function ${name}(${a}, ${b} = ${Math.floor(random() * 100)}) {`);
        lines.push(`    let total = ${a} * ${Math.floor(random() * 1000)}; // ${word()}`);
        lines.push(`    for (const item of [${a}, ${b}, "${word()}", /${word()}+[a-z]*/g, \`\${${a}} ${word()}\`])`);
        lines.push(`        if (item !== null && typeof item === "number") total += item; else total -= ${b};`);
        lines.push("    return { total, " + `${word()}: () => total ** 2, nested: { ${word()}: [1, 2, 3] } };`);
        lines.push("}");
        if (!esm) lines.push(`exports.${name} = ${name};`);
    }
    return lines.join("\n") + "\n";
}

/** A style sheet. */
export function styles(rules, seed = 6) {
    const random = randomNumbers(seed), words = vocabulary(random, 200);
    const word = () => words[Math.floor(random() * words.length)], number = (top) => Math.floor(random() * top);
    const lines = [];
    for (let i = 0; i < rules; i++)
        lines.push(`.${word()} > .${word()}:hover, #${word()}-${i} { color: rgb(${number(256)}, ${number(256)}, ` +
            `${number(256)}); margin: ${number(20)}px ${number(20)}px; transition: opacity ${number(9)}00ms ease; ` +
            `display: flex; & .${word()} { width: calc(${number(100)}% - ${number(50)}px); } }`);
    return lines.join("\n") + "\n";
}
