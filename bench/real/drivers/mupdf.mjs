// MuPDF, in C: writes a document, and repairs, reads and draws what is left of it. setjmp and longjmp are exceptions.
import * as mupdf from "mupdf";
import { prose, randomNumbers } from "../inputs.mjs";

function page(random, number) {
    const coordinate = (most) => (random() * most).toFixed(1), lines = [];
    for (let i = 0; i < 15; i++)
        lines.push(`${random().toFixed(2)} ${random().toFixed(2)} 0.5 rg ${coordinate(300)} ${coordinate(400)} m ` +
            `${coordinate(300)} ${coordinate(400)} ${coordinate(300)} ${coordinate(400)} ${coordinate(300)} ` +
            `${coordinate(400)} c f`,
        "/Missing Do /None gs"); // each is an error, and the page goes on
    const words = prose(1200, number + 1).replace(/[()\\\n]/g, " ");
    for (let i = 0; i < 20; i++)
        lines.push(`0 g BT /F1 9 Tf 20 ${380 - 12 * i} Td (${words.slice(60 * i, 60 * i + 60)}) Tj ET`);
    return lines.join("\n");
}

function write(pages) {
    const document = new mupdf.PDFDocument(), random = randomNumbers(15);
    const font = document.addSimpleFont(new mupdf.Font("Times-Roman"));
    const resources = document.addObject({ Font: { F1: font } });
    for (let number = 0; number < pages; number++)
        document.insertPage(-1, document.addPage([0, 0, 300, 400], 0, resources, page(random, number)));
    return document.saveToBuffer("").asUint8Array().slice();
}

export default async function run() {
    mupdf.setLog(null);
    const bytes = write(4), found = [];
    for (const kept of [1, 0.9]) { // without its end, where the places of all objects stand
        const document = mupdf.Document.openDocument(bytes.slice(0, bytes.length * kept), "application/pdf");
        for (let number = 0; number < document.countPages(); number++) {
            const drawn = document.loadPage(number);
            found.push(drawn.toStructuredText("").asText());
            found.push(drawn.toPixmap(mupdf.Matrix.identity, mupdf.ColorSpace.DeviceRGB).asPNG().join());
        }
    }
    for (let size = 0; size < 40; size++)
        try {
            mupdf.Document.openDocument(bytes.slice(0, size), "application/pdf").countPages();
        } catch (error) {
            found.push(error.message);
        }
    return found.join("\n");
}
