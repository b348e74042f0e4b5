// LIBSVM, in C++: trains a support vector machine, and asks it.
import { createRequire } from "node:module";
import { randomNumbers } from "../inputs.mjs";

export default async function run() {
    const SVM = await createRequire(import.meta.url)("libsvm-js/wasm");
    const machine = new SVM({ kernel: SVM.KERNEL_TYPES.RBF, type: SVM.SVM_TYPES.C_SVC, gamma: 1, cost: 2,
        quiet: true });
    const random = randomNumbers(16);
    const points = Array.from({ length: 1200 }, () => [random(), random(), random(), random()]);
    machine.train(points, points.map(([x, y, z]) => (x * x + y > 0.8 + z / 3 ? 1 : 0)));
    return machine.predict(points.map((point) => point.map((value) => 1 - value))).join();
}
