// Manifold, in C++: solids cut out of one another.
import { readFileSync } from "node:fs";
import Module from "manifold-3d/manifold.js";

export default async function run() {
    const file = new URL("../node_modules/manifold-3d/manifold.wasm", import.meta.url);
    const wasm = await Module({ wasmBinary: readFileSync(file) });
    wasm.setup();
    const { Manifold } = wasm;
    let solid = Manifold.cube([10, 10, 10], true);
    for (let i = 0; i < 10; i++)
        solid = solid.subtract(Manifold.sphere(2.5, 24).translate([(i % 3 - 1) * 4, (i % 4 - 1.5) * 3, 5 - i]));
    solid = solid.add(Manifold.cylinder(14, 1, 2, 32, true).rotate([30, 40, 0]));
    return [solid.volume(), solid.surfaceArea(), solid.numTri(), solid.genus()].join();
}
