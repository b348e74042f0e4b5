// WABT, in C++: WebAssembly's text format to the binary one and back.
import { createRequire } from "node:module";

const part = (i) => `(func $f${i} (export "f${i}") (param $a i32) (param $b i64) (result i32) (local $c f64)
    (block $out (loop $again (br_if $out (i32.eqz (local.get $a)))
    (local.set $c (f64.add (local.get $c) (f64.load offset=${i * 8} (local.get $a))))
    (i32.store8 (i32.const ${i}) (i32.wrap_i64 (i64.mul (local.get $b) (i64.const ${i}))))
    (local.set $a (i32.sub (local.get $a) (i32.const 1))) (br $again)))
    (select (local.get $a) (call $f${i >> 1} (i32.trunc_sat_f64_s (local.get $c)) (i64.const -1)) (i32.const 1)))`;

export default async function run() {
    const wabt = await createRequire(import.meta.url)("wabt")();
    const text = `(module (memory 1) ${Array.from({ length: 600 }, (_, i) => part(i)).join("\n")})`;
    const module = wabt.parseWat("a.wat", text);
    module.resolveNames();
    module.validate();
    const { buffer } = module.toBinary({ write_debug_names: true });
    const again = wabt.readWasm(buffer, { readDebugNames: true });
    again.applyNames();
    return Buffer.concat([buffer, Buffer.from(again.toText({ foldExprs: true }))]);
}
