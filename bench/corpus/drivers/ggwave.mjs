// ggwave, in C++: a text to sound and back, by Fourier transforms and Reed-Solomon codes.
import { createRequire } from "node:module";

export default async function run() {
    const ggwave = await createRequire(import.meta.url)("ggwave")();
    const instance = ggwave.init(ggwave.getDefaultParameters());
    const wave = ggwave.encode(instance, "hello", ggwave.ProtocolId.GGWAVE_PROTOCOL_AUDIBLE_FASTEST, 10);
    return Buffer.concat([Buffer.from(wave), Buffer.from(ggwave.decode(instance, wave) ?? [])]);
}
