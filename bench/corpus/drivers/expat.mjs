// Expat, in C: parses XML.
import { XmlParser } from "expat-wasm";
import { prose, records } from "../inputs.mjs";

export default async function run() {
    const parser = new XmlParser(), found = [];
    parser.on("startElement", (name, attributes) => found.push(name, JSON.stringify(attributes)));
    parser.on("characterData", (text) => found.push(text.length));
    const items = records(6000).map(({ id, name, group, amount, tags }) =>
        `<item id="${id}" group='${group}'><name>${name}&amp;</name><amount unit="&lt;&#x20ac;">${amount}</amount>` +
        tags.map((tag) => `<tag n="${tag}"/>`).join("\n  ") +
        `<!-- ${prose(60, id)} --><![CDATA[ ${prose(80, id)} ]]></item>`);
    parser.parse(`<?xml version="1.0"?>\n<!DOCTYPE items [<!ENTITY e "x">]>\n<items>${items.join("\n")}</items>`);
    parser.destroy();
    return found.join();
}
