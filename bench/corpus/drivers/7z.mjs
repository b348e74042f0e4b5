// 7-Zip, in C++: packs an archive by LZMA.
import SevenZip from "7z-wasm";
import { prose, records } from "../inputs.mjs";

export default async function run() {
    const seven = await SevenZip({ print() {} });
    seven.FS.writeFile("a.txt", prose(250000));
    seven.FS.writeFile("b.json", JSON.stringify(records(400)));
    seven.callMain(["a", "-mmt=off", "-mx=5", "-mtm=off", "archive.7z", "a.txt", "b.json"]);
    return Buffer.from(seven.FS.readFile("archive.7z"));
}
