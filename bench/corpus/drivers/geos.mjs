// GEOS, in C++: geometry of maps: buffers, unions, intersections, hulls.
import initGeosJs from "geos-wasm";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const geos = await initGeosJs(), random = randomNumbers(12), found = [];
    const reader = geos.GEOSWKTReader_create();
    const read = (text) => {
        const size = text.length + 1, at = geos.Module._malloc(size);
        geos.Module.stringToUTF8(text, at, size);
        const geometry = geos.GEOSWKTReader_read(reader, at);
        geos.Module._free(at);
        return geometry;
    };
    const area = (geometry) => {
        const at = geos.Module._malloc(8);
        geos.GEOSArea(geometry, at);
        return geos.Module.getValue(at, "double");
    };
    let all = read("POLYGON EMPTY");
    for (let i = 0; i < 12; i++) {
        const line = Array.from({ length: 8 }, () => `${Math.round(random() * 1000)} ${Math.round(random() * 1000)}`);
        all = geos.GEOSUnion(all, geos.GEOSBuffer(read(`LINESTRING (${line.join(", ")})`), 5, 8));
    }
    found.push(area(all), area(geos.GEOSConvexHull(all)), area(geos.GEOSSimplify(all, 2)));
    return found.join();
}
