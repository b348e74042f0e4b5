// Clipper2, in C++: unions and differences of polygons, and their offsets.
import { createRequire } from "node:module";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const clipper = await createRequire(import.meta.url)("clipper2-wasm/dist/umd/clipper2z.js")();
    const random = randomNumbers(10), { FillRule, JoinType, EndType } = clipper;
    const polygons = (count) => {
        const paths = new clipper.PathsD();
        for (let i = 0; i < count; i++) {
            const [x, y, size] = [random() * 900, random() * 900, 20 + random() * 80], corners = [];
            for (let corner = 0; corner < 12; corner++) {
                const radius = size * (0.5 + random() / 2), turn = corner / 12 * 2 * Math.PI;
                corners.push(Math.round(x + radius * Math.cos(turn)), Math.round(y + radius * Math.sin(turn)));
            }
            paths.push_back(clipper.MakePathD(corners));
        }
        return paths;
    };
    const a = polygons(330), b = polygons(330), found = [];
    for (const result of [clipper.UnionD(a, b, FillRule.NonZero, 2), clipper.DifferenceD(a, b, FillRule.NonZero, 2),
        clipper.InflatePathsD(a, 3, JoinType.Round, EndType.Polygon, 2, 2, 0)])
        found.push(result.size(), ...Array.from({ length: result.size() }, (_, i) => result.get(i).size()));
    return found.join();
}
