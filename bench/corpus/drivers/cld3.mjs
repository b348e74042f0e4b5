// CLD3, in C++: a neural network tells languages apart.
import { createRequire } from "node:module";
import { prose } from "../inputs.mjs";

const TEXTS = ["The quick brown fox jumps over the lazy dog while nobody is looking at it.",
    "Der schnelle braune Fuchs springt über den faulen Hund, und niemand sieht ihm zu.",
    "Le renard brun saute par-dessus le chien paresseux pendant que personne ne regarde.",
    "El zorro marrón salta sobre el perro perezoso mientras nadie lo está mirando."];

export default async function run() {
    const factory = await createRequire(import.meta.url)("cld3-asm").loadModule();
    const identifier = factory.create(0, 1000), found = [];
    for (let i = 0; i < 200; i++) found.push(identifier.findLanguage(TEXTS[i % 4] + prose(150, i)));
    return JSON.stringify(found);
}
