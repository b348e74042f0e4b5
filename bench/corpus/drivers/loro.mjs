// Loro, in Rust: two copies of a document that are edited and merged.
import { createRequire } from "node:module";
import { prose, randomNumbers } from "../inputs.mjs";

export default async function run() {
    const { LoroDoc } = createRequire(import.meta.url)("loro-crdt"), random = randomNumbers(15);
    const documents = [1n, 2n].map((peer) => {
        const document = new LoroDoc();
        document.setPeerId(peer);
        return document;
    });
    for (let round = 0; round < 6; round++) {
        for (const document of documents) {
            const text = document.getText("text"), list = document.getList("list"), map = document.getMap("map");
            for (let i = 0; i < 60; i++) {
                text.insert(Math.floor(random() * (text.length + 1)), prose(8, i));
                if (i % 5 === 4) text.delete(Math.floor(random() * (text.length - 5)), 4);
                list.push(i);
                map.set(`key${i % 9}`, i);
            }
            document.commit();
        }
        documents[0].import(documents[1].export({ mode: "update" }));
        documents[1].import(documents[0].export({ mode: "update" }));
    }
    return JSON.stringify(documents.map((document) => document.toJSON()));
}
