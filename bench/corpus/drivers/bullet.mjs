// Bullet, in C++: falling bodies.
import { createRequire } from "node:module";

export default async function run() {
    const require = createRequire(import.meta.url);
    delete globalThis.fetch; // or an older Emscripten takes node for a browser
    const Ammo = await require("ammojs-typed/wasm")();
    const configuration = new Ammo.btDefaultCollisionConfiguration();
    const world = new Ammo.btDiscreteDynamicsWorld(new Ammo.btCollisionDispatcher(configuration),
        new Ammo.btDbvtBroadphase(), new Ammo.btSequentialImpulseConstraintSolver(), configuration);
    world.setGravity(new Ammo.btVector3(0, -10, 0));
    const add = (shape, mass, x, y, z) => {
        const place = new Ammo.btTransform(), inertia = new Ammo.btVector3(0, 0, 0);
        place.setIdentity();
        place.setOrigin(new Ammo.btVector3(x, y, z));
        if (mass > 0) shape.calculateLocalInertia(mass, inertia);
        const body = new Ammo.btRigidBody(new Ammo.btRigidBodyConstructionInfo(mass,
            new Ammo.btDefaultMotionState(place), shape, inertia));
        world.addRigidBody(body);
        return body;
    };
    add(new Ammo.btBoxShape(new Ammo.btVector3(50, 1, 50)), 0, 0, -1, 0);
    const box = new Ammo.btBoxShape(new Ammo.btVector3(0.5, 0.5, 0.5)), ball = new Ammo.btSphereShape(0.5);
    const bodies = Array.from({ length: 80 },
        (_, i) => add(i % 3 ? box : ball, 1, i % 5 + (i % 7) / 9, 1 + i / 4, i % 3));
    for (let step = 0; step < 80; step++) world.stepSimulation(1 / 60, 1, 1 / 60);
    return bodies.map((body) => {
        const origin = body.getWorldTransform().getOrigin();
        return [origin.x(), origin.y(), origin.z()];
    }).join();
}
