"""Getting programs that people ship from npm, and recording them: for the suite "real" and the training corpus.

A set of programs is a folder with package.json, package-lock.json, .npmrc and drivers/NAME.mjs. What comes of
it goes to another folder, in which `run.mjs NAME` runs a driver on its fixed input.
"""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPTS = [ROOT / "bench/real" / name for name in ("run.mjs", "inputs.mjs", "wasi.mjs")]
RECORD = ROOT / "scripts/record"
RECORDER = ROOT / "runtime/replay/recorder"
TIMEOUT = 600  # seconds, of one program


class Trouble(Exception):
    """A sentence for the user."""


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def write_json(path, value):
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")
    draft.replace(path)


def first_line(text):
    return next((line.strip() for line in text.splitlines() if line.strip()), "it says nothing")


def fetch_packages(source, folder, announce, *options):
    """The packages of the set in `source`, and our scripts beside them. `announce` is called before a download."""
    fetched = folder / "fetched.json"
    lock = (source / "package-lock.json").read_bytes()
    if not fetched.exists() or fetched.read_bytes() != lock:
        if not shutil.which("npm"):
            raise Trouble("npm is not installed; scripts/setup installs it")
        folder.mkdir(parents=True, exist_ok=True)
        fetched.unlink(missing_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(source / name, folder)
        announce()
        # Installing executes nothing of the packages.
        done = subprocess.run(
            ["npm", "ci", "--prefix", folder, "--ignore-scripts", "--no-audit", "--no-fund",
             "--loglevel=error", "--fetch-retries=2", "--fetch-retry-maxtimeout=10000", *options],
            capture_output=True, text=True)
        if done.returncode != 0:
            raise Trouble("npm could not fetch the packages; is there a network? It says: "
                          + first_line(done.stderr))
        fetched.write_bytes(lock)
    for script in SCRIPTS:
        shutil.copy(script, folder)
    shutil.copytree(source / "drivers", folder / "drivers", dirs_exist_ok=True)


def made_of(source, name):
    """Stands for all that a program's recording comes of, except for the version of Node."""
    digest = hashlib.sha256()
    for file in [source / "package-lock.json", *SCRIPTS, source / f"drivers/{name}.mjs", RECORD,
                 *sorted(RECORDER.glob("*.mjs"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def run(command, folder, what, stdout=subprocess.PIPE):
    """Its output. A program that hangs or fails is trouble."""
    try:
        done = subprocess.run(command, cwd=folder, stdout=stdout, stderr=subprocess.PIPE, text=True,
                              timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        raise Trouble(f"{what} did not end within {TIMEOUT} s") from None
    if done.returncode != 0:
        reasons = re.findall(r"^(?:\w*Error: |record: .*(?:not recorded|too old)|tailrace: ).*",
                             done.stderr, re.M)
        raise Trouble(f"{what} failed: {reasons[0] if reasons else first_line(done.stderr)}")
    return done.stdout


def record(program, source, folder, executor, check_output=lambda digest: None):
    """
    Records a program to folder/traces/NAME.trace and replays it once. `check_output` may object to the SHA-256
    of what the program made. Returns what is known of the recording.
    """
    name, traces = program["name"], folder / "traces"
    work = traces / f"{name}.new"
    shutil.rmtree(work, ignore_errors=True)
    traces.mkdir(parents=True, exist_ok=True)
    # Some packages print, too; the digest comes last.
    output = run([RECORD, "--output", work, "run.mjs", name], folder, "recording it").strip().rpartition("\n")[2]
    check_output(output)
    made, instance = list(work.glob("*.trace")), program.get("instance", 1)
    if len(made) != program.get("instances", 1):
        raise Trouble(f"it made {len(made)} instances, not {program.get('instances', 1)}")
    trace = work / ("run.trace" if instance == 1 else f"run-{instance}.trace")
    said = run([executor, "replay", trace], folder, "replaying it")
    found = re.search(r"(\d+) crossings, .* hash (\w+)", said)
    known = {"made_of": made_of(source, name), "output_sha256": output, "instance": instance, "sha256": sha256(trace),
             "bytes": trace.stat().st_size, "crossings": int(found[1]), "expect": found[2]}
    trace.replace(traces / f"{name}.trace")
    shutil.rmtree(work)
    return known
