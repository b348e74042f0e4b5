// Draco, in C++: compresses a mesh of triangles.
import draco3d from "draco3d";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const draco = await draco3d.createEncoderModule({});
    const size = 360, random = randomNumbers(9);
    const positions = new Float32Array(size * size * 3), faces = [];
    for (let y = 0; y < size; y++)
        for (let x = 0; x < size; x++) {
            positions.set([x / size, y / size, Math.fround(random() * 0.05)], (y * size + x) * 3);
            const at = y * size + x;
            if (x + 1 < size && y + 1 < size) faces.push(at, at + 1, at + size, at + 1, at + size + 1, at + size);
        }
    const builder = new draco.MeshBuilder(), mesh = new draco.Mesh(), encoder = new draco.Encoder();
    builder.AddFacesToMesh(mesh, faces.length / 3, new Uint32Array(faces));
    builder.AddFloatAttributeToMesh(mesh, draco.POSITION, size * size, 3, positions);
    encoder.SetAttributeQuantization(draco.POSITION, 12);
    encoder.SetEncodingMethod(draco.MESH_EDGEBREAKER_ENCODING);
    const array = new draco.DracoInt8Array(), length = encoder.EncodeMeshToDracoBuffer(mesh, array);
    const packed = new Int8Array(length);
    for (let i = 0; i < length; i++) packed[i] = array.GetValue(i);
    return packed;
}
