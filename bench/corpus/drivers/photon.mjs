// Photon, in Rust: filters of a picture.
import { createRequire } from "node:module";
import { picture } from "../inputs.mjs";

export default async function run() {
    const photon = createRequire(import.meta.url)("@silvia-odwyer/photon-node");
    const { data, width, height } = picture(400, 300);
    const image = new photon.PhotonImage(new Uint8Array(data), width, height);
    photon.gaussian_blur(image, 2);
    photon.sharpen(image);
    photon.adjust_contrast(image, 12);
    photon.hsl(image, "saturate", 0.2);
    const small = photon.resize(image, 250, 200, photon.SamplingFilter.Lanczos3);
    photon.sobel_horizontal(small);
    return Buffer.from(small.get_raw_pixels());
}
