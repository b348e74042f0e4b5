// OpenCV, in C++: blurs a picture, finds edges, contours and corners.
import { createRequire } from "node:module";
import { picture } from "../inputs.mjs";

export default async function run() {
    const { cv } = createRequire(import.meta.url)("opencv-wasm");
    const image = cv.matFromImageData(picture(600, 450)), grey = new cv.Mat(), edges = new cv.Mat(), found = [];
    cv.cvtColor(image, grey, cv.COLOR_RGBA2GRAY);
    cv.GaussianBlur(grey, grey, new cv.Size(5, 5), 1.2);
    cv.Canny(grey, edges, 40, 120);
    const contours = new cv.MatVector(), corners = new cv.Mat();
    cv.findContours(edges, contours, new cv.Mat(), cv.RETR_LIST, cv.CHAIN_APPROX_SIMPLE);
    for (let i = 0; i < contours.size(); i++) found.push(cv.arcLength(contours.get(i), true));
    cv.goodFeaturesToTrack(grey, corners, 50, 0.01, 5);
    cv.resize(image, image, new cv.Size(400, 300), 0, 0, cv.INTER_CUBIC);
    return found.join() + Buffer.from(edges.data).toString("hex") + corners.data32F.join() + image.data.join();
}
