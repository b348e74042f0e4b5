// Box2D, in C++: falling boxes in the plane.
import { createRequire } from "node:module";

export default async function run() {
    const require = createRequire(import.meta.url);
    delete globalThis.fetch; // or an older Emscripten takes node for a browser
    const box2D = await require("box2d-wasm/dist/umd/Box2D.js")();
    const { b2Vec2, b2World, b2BodyDef, b2PolygonShape, b2CircleShape, b2_dynamicBody } = box2D;
    const world = new b2World(new b2Vec2(0, -10)), ground = new b2PolygonShape();
    ground.SetAsBox(50, 1);
    world.CreateBody(new b2BodyDef()).CreateFixture(ground, 0);
    const bodies = [];
    for (let i = 0; i < 120; i++) {
        const definition = new b2BodyDef(), shape = i % 3 ? new b2PolygonShape() : new b2CircleShape();
        if (i % 3) shape.SetAsBox(0.5, 0.4);
        else shape.set_m_radius(0.5);
        definition.set_type(b2_dynamicBody);
        definition.set_position(new b2Vec2(i % 10 + (i % 7) / 10, 3 + Math.floor(i / 10) * 1.2));
        bodies.push(world.CreateBody(definition));
        bodies.at(-1).CreateFixture(shape, 1);
    }
    for (let step = 0; step < 150; step++) world.Step(1 / 60, 8, 3);
    return bodies.map((body) => [body.GetPosition().x, body.GetPosition().y, body.GetAngle()]).join();
}
