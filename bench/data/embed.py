"""Makes a C array of a file: embed.py INPUT OUTPUT NAME."""
import pathlib
import sys

source, target, name = sys.argv[1:]
data = pathlib.Path(source).read_bytes()
lines = [", ".join(map(str, data[start:start + 20])) for start in range(0, len(data), 20)]
pathlib.Path(target).write_text(f"static const char {name}[] = {{\n" + ",\n".join(lines) + ", 0};\n")
