// Rapier, in Rust: falling bodies.
import RAPIER from "@dimforge/rapier3d-compat";

export default async function run() {
    await RAPIER.init();
    const world = new RAPIER.World({ x: 0, y: -9.81, z: 0 }), bodies = [];
    world.createCollider(RAPIER.ColliderDesc.cuboid(20, 0.1, 20));
    for (let i = 0; i < 150; i++) {
        const body = RAPIER.RigidBodyDesc.dynamic();
        body.setTranslation(i % 5 + (i % 7) / 9, 1 + Math.floor(i / 5), (i % 3) * 1.1);
        bodies.push(world.createRigidBody(body));
        const shape = [RAPIER.ColliderDesc.cuboid(0.5, 0.4, 0.5), RAPIER.ColliderDesc.ball(0.5),
            RAPIER.ColliderDesc.capsule(0.3, 0.3)][i % 3];
        world.createCollider(shape, bodies.at(-1));
    }
    for (let step = 0; step < 90; step++) world.step();
    return bodies.map((body) => Object.values(body.translation())).join();
}
