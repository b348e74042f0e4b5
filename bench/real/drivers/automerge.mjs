// Automerge, in Rust: a text and a list that two people edit apart from each other, and merge. What JavaScript throws
// when it is called goes through Rust, which unwinds.
import * as Automerge from "@automerge/automerge";
import { prose, randomNumbers } from "../inputs.mjs";

const ROUNDS = 3, EDITS = 30;

function edit(doc, random, words) {
    return Automerge.change(doc, { time: 0 }, (draft) => {
        for (let i = 0; i < EDITS; i++) {
            const at = Math.floor(random() * draft.text.length), word = words[Math.floor(random() * words.length)];
            Automerge.splice(draft, ["text"], at, random() < 0.3 ? Math.min(5, draft.text.length - at) : 0, `${word} `);
            if (i % 10 === 0) draft.items.push({ word, at });
        }
        if (draft.items.length > 20) Automerge.deleteAt(draft.items, Math.floor(random() * 20));
    });
}

// Messages that cannot be read: some have no fields, and some throw when they are asked for one.
function misread(count) {
    const said = [];
    for (let i = 0; i < count; i++)
        try {
            Automerge.encodeSyncMessage(i % 2 ? {} : { get heads() { throw new Error(`no heads ${i}`); } });
        } catch (error) {
            said.push(error.message);
        }
    return said;
}

export default async function run() {
    const random = randomNumbers(13), words = prose(3000, 2).split(" ");
    let one = Automerge.from({ text: prose(2000), items: [] }, { actor: "01".repeat(16) });
    let other = Automerge.clone(one, { actor: "02".repeat(16) });
    for (let round = 0; round < ROUNDS; round++) {
        one = edit(one, random, words), other = edit(other, random, words);
        one = Automerge.merge(one, other), other = Automerge.merge(other, one);
    }
    const saved = Automerge.save(one), again = Automerge.load(saved);
    return [saved.length, again.text, JSON.stringify(again.items), ...misread(200)].join("\n");
}
