"""A build directory whose executors are stand-ins (fake_executor), and a suite for them."""
import hashlib
import json
import pathlib
import shutil

FAKE = pathlib.Path(__file__).resolve().with_name("fake_executor")
WORKLOADS = {"sort": ["1", "-5"], "vm": ["nan"], "json": []}  # each with what it takes and returns


def list_executors(strategies, isas, layouts=(0,)):
    """As build.json has them; the first layout's have no seed in their names."""
    def programs(name):
        return {str(seed): f"{name}.layout{seed}" if number else name for number, seed in enumerate(layouts)}
    return [{"name": f"{strategy}-{isa}", "strategy": strategy, "isa": isa, "programs": programs(f"{strategy}-{isa}")}
            for isa in isas for strategy in strategies]


def make_programs(folder, executors):
    for entry in executors:
        for program in entry["programs"].values():
            shutil.copy(FAKE, folder / "dispatch" / program)


def change_build(folder, change):
    """Changes build.json; `change` is given its document."""
    path = folder / "dispatch/build.json"
    build = json.loads(path.read_text())
    change(build)
    path.write_text(json.dumps(build))


def leave_out(folder, name, reason):
    """As if the build had left out this executor."""
    def change(build):
        for entry in build["executors"]:
            if entry["name"] == name:
                del entry["programs"]
                entry["left_out"] = reason
    change_build(folder, change)


def make_executors(folder, strategies, layouts=(), isas=("acc", "slots"), compiler="clang", version="22.1.8"):
    """`folder`/dispatch: the programs and their description."""
    dispatch = folder / "dispatch"
    dispatch.mkdir(parents=True)
    executors = list_executors(strategies, isas, layouts or (0,))
    make_programs(folder, executors + list_executors(["count"], isas, layouts or (0,)))
    build = {"compiler": compiler, "version": version, "revision": "abc1234", "bounds": "guard",
             "isas": list(isas), "strategies": {name: {"flags": []} for name in strategies},
             "executors": executors, "counters": {isa: f"count-{isa}" for isa in isas}}
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
