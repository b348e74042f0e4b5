"""A build directory whose executors are stand-ins (fake_executor), and a suite for them."""
import hashlib
import json
import pathlib
import shutil

FAKE = pathlib.Path(__file__).resolve().with_name("fake_executor")
WORKLOADS = {"sort": ["1", "-5"], "vm": ["nan"], "json": []}  # each with what it takes and returns


def make_executors(folder, strategies, layouts=(), isas=("acc", "slots"), compiler="clang", version="22.1.8"):
    """`folder`/dispatch: the programs and their description."""
    dispatch = folder / "dispatch"
    dispatch.mkdir(parents=True)
    for isa in isas:
        for strategy in [*strategies, "count"]:
            for name in ["", *(f".layout{seed}" for seed in layouts[1:])]:
                shutil.copy(FAKE, dispatch / f"{strategy}-{isa}{name}")
    build = {"compiler": compiler, "version": version, "revision": "abc1234", "bounds": "guard",
             "isas": list(isas), "strategies": {name: {"flags": []} for name in strategies}}
    if layouts:
        build["layout_seeds"] = layouts
    (dispatch / "build.json").write_text(json.dumps(build))


def make_build(folder, program, strategies, layouts=(), isas=("acc", "slots")):
    """The tailrace program in `folder`, with executors and a suite."""
    shutil.copy(program, folder / "tailrace")
    make_executors(folder, strategies, layouts, isas)
    (folder / "workloads").mkdir()
    workloads = []
    for name, values in WORKLOADS.items():
        (folder / "workloads" / f"{name}.wasm").write_text(name + "\n")
        workloads.append({"name": name, "kind": "a kind", "description": "What it does",
                          "file": f"{name}.wasm", "invoke": "run", "args": values, "expect": values,
                          "sha256": hashlib.sha256(f"{name}\n".encode()).hexdigest()})
    suite = {"suite": "default", "workloads": workloads}
    (folder / "workloads" / "default.json").write_text(json.dumps(suite))
