#!/usr/bin/python3
"""Builds a folder of files into C: embed.py DIR OUT.c [FILE…]

DIR is some/where/assets; the table is named after the folder above it, hs_assets_some_where, and has
one row for each file below DIR (hub/base/asset.h), by path, and for each FILE, by its name, ended by a row whose
path is NULL.
Files whose name begins with a dot, and editors' copies that end in ~, are left out.
"""
import hashlib
import os
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".webmanifest": "application/manifest+json",
    ".map": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".ico": "image/vnd.microsoft.icon",
    ".woff2": "font/woff2",
    ".woff": "font/woff",
    ".wav": "audio/wav",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".xml": "application/xml",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".yaml": "application/yaml",
    ".wasm": "application/wasm",
}
OCTETS = "application/octet-stream"


def table_name(folder):
    parts = [p for p in folder.strip("/").split("/") if p not in ("", ".")]
    if parts and parts[-1] == "assets":
        parts.pop()
    return "hs_assets_" + "_".join(p.replace("-", "_") for p in parts)


def files_below(folder):
    found = []
    for root, dirs, names in os.walk(folder):
        dirs[:] = sorted(d for d in dirs if not d.startswith("."))
        for name in names:
            if name.startswith(".") or name.endswith("~"):
                continue
            full = os.path.join(root, name)
            found.append((os.path.relpath(full, folder), full))
    return sorted(found)


def c_string(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def c_bytes(content):
    lines = []
    for start in range(0, len(content), 24):
        lines.append("\t" + "".join("%d," % b for b in content[start : start + 24]))
    return "\n".join(lines)


def source_of(folder, more):
    arrays, rows = [], []
    files = sorted(files_below(folder) + [(os.path.basename(full), full) for full in more])
    for index, (path, full) in enumerate(files):
        with open(full, "rb") as file:
            content = file.read()
        kind = TYPES.get(os.path.splitext(path)[1].lower(), OCTETS)
        etag = '"' + hashlib.sha256(content).hexdigest()[:32] + '"'
        # one byte more than the file, so that an empty file is an array too and text ends in NUL
        arrays.append("static const unsigned char bytes_%d[%d] = {\n%s\n\t0\n};\n"
                      % (index, len(content) + 1, c_bytes(content)))
        rows.append("\t{ %s, %s, bytes_%d, %d, %s },"
                    % (c_string(path), c_string(kind), index, len(content), c_string(etag)))
    name = table_name(folder)
    return ("/* Made by schemas/gen/embed.py. */\n"
            '#include "hub/base/asset.h"\n\n'
            + "\n".join(arrays)
            + "\nextern const struct hs_asset %s[];\n" % name
            + "const struct hs_asset %s[] = {\n" % name
            + "\n".join(rows)
            + ("\n" if rows else "")
            + "\t{ 0, 0, 0, 0, 0 }\n};\n")


def main():
    if len(sys.argv) < 3 or not os.path.isdir(sys.argv[1]):
        sys.stderr.write("usage: embed.py DIR OUT.c [FILE...] (DIR must be a folder)\n")
        return 2
    folder, out, *more = sys.argv[1:]
    text = source_of(folder, more)
    temporary = "%s.%d" % (out, os.getpid())
    with open(temporary, "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(temporary, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
