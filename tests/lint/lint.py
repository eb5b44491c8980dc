#!/usr/bin/python3
"""The rules of the house that a machine can hold: run by `make lint` and by `make test`.

    includes   only downwards (ALLOWED), third-party headers only where WHITELIST says
    sizes      functions ≤ 60 lines, files ≤ 500, structs ≤ 20 fields
    globals    no variable of file scope that can change
    format     clang-format
    words      nothing unfinished, no machine paths
Prints one line per finding, "file:line: what is wrong and how to mend it"; exit status 1 when there is one.
"""
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 500
STRUCT_FIELDS_MAX = 20

# folder: the project's folders that it may include from, besides itself
ALLOWED = {
    "hub/base": [],
    "schemas": ["hub/base"],
    "hub/gate": ["hub/base", "schemas"],
    "hub/core": ["hub/base", "schemas"],
    "hub/feed": ["hub/base", "schemas"],
    "hub/rehearse": ["hub/base", "schemas", "hub/gate", "hub/core"],  # converts what the journal has once more
    "hub/cli": ["hub/base", "schemas", "hub/core", "hub/rehearse"],  # `hansho journal check` opens the journal
    "adapters/runtime": ["hub/base", "schemas"],
    "adapters/broadcaster": ["hub/base", "schemas", "adapters/runtime"],
    "adapters/telecom": ["hub/base", "schemas", "adapters/runtime"],
    "adapters/signage": ["hub/base", "schemas", "adapters/runtime"],
    "adapters/jalert": ["hub/base", "schemas", "adapters/runtime"],
    "sim": ["hub/base", "schemas"],
}
# third-party header (regular expression): files that may include it (regular expression)
WHITELIST = {
    r"libwebsockets\.h": r"hub/base/http[a-z_]*\.[ch]",
    r"nng/.*": r"hub/base/link[a-z_]*\.[ch]",
    r"uv\.h": r".*",
    r"libxml/.*": r"hub/gate/(xml_(build|dom|doc|options)|signature)\.[ch]",
    r"xmlsec/.*": r"hub/gate/signature\.c",
    r"utf8proc\.h": r"hub/gate/text_nfc\.c",
    r"sqlite3\.h": r"hub/core/journal[a-z_]*\.[ch]",
    r"zstd\.h": r"hub/base/press\.c",
    r"protobuf-c/.*": r"schemas/.*",
    r"build/gen/.*": r"schemas/notice\.h",
    r"jansson\.h": r".*",
    r"yaml\.h": r"hub/base/config_yaml\.c",
    r"curl/.*": r"adapters/telecom/.*|adapters/jalert/receiver.*|hub/cli/.*|sim/.*",
    r"openssl/.*": r"hub/base/(hash|http[a-z_]*)\.c|hub/gate/(session|soap|nonce|auth|signature_keys|cap_resource)\.c|hub/cli/keys\.c",
    r"ut(hash|list)\.h": r".*",
    r"seccomp\.h": r"hub/base/.*",
    r"geos_c\.h": r"hub/gate/geometry\.c",
    r"cmocka\.h": r"tests/.*",
    r"liburing\.h": r"hub/base/batch\.c|tests/bench/.*",
}
SYSTEM = re.compile(r"(arpa|net|netinet|sys|linux)/[a-z_0-9]+\.h|[a-z_0-9]+\.h")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|not implemented|placeholder)\b")
MACHINE_PATH = re.compile(r"/work/|/root/|/home/[a-z]")


def tracked(*patterns):
    listing = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns], cwd=ROOT,
                             stdout=subprocess.PIPE, check=True).stdout.decode()
    return [name for name in listing.splitlines() if os.path.exists(os.path.join(ROOT, name))]


def lines_of(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read().splitlines()


def folder_of(name):
    return next((folder for folder in ALLOWED if name.startswith(folder + "/")), None)


def check_include(name, number, header, system):
    where = f"{name}:{number}"
    if not system:
        target = folder_of(header)
        own = folder_of(name)
        if header.startswith("build/gen/"):
            system = True
        elif own and target != own and target not in ALLOWED[own]:
            return [f"{where}: {own} may not include {header}; allowed: itself, {', '.join(ALLOWED[own]) or 'nothing else'}"]
    if system:
        for pattern, files in WHITELIST.items():
            if re.fullmatch(pattern, header):
                if re.fullmatch(files, name) or name.startswith("tests/"):
                    return []
                return [f"{where}: <{header}> is not for this file; its door is {files}"]
        if not SYSTEM.fullmatch(header):
            return [f"{where}: <{header}> is not on the whitelist of tests/lint/lint.py"]
    return []


def check_includes(names):
    found = []
    for name in names:
        for number, line in enumerate(lines_of(name), 1):
            match = re.match(r'\s*#\s*include\s+([<"])([^>"]+)', line)
            if match:
                found += check_include(name, number, match.group(2), match.group(1) == "<")
    return found


def tags(names):
    output = subprocess.run(["ctags", "--output-format=json", "--fields=+neS", "--c-kinds=fsmv", "-f", "-", *names], cwd=ROOT,
                            stdout=subprocess.PIPE, check=True).stdout.decode()
    return [json.loads(line) for line in output.splitlines()]


def check_sizes(names):
    found, fields = [], {}
    for name in names:
        count = len(lines_of(name))
        if count > FILE_LINES_MAX:
            found.append(f"{name}:1: {count} lines, at most {FILE_LINES_MAX}: which part stands on its own?")
    for tag in tags(names):
        if tag["kind"] == "function" and "end" in tag and not tag["path"].startswith("tests/"):
            length = tag["end"] - tag["line"] + 1
            if length > FUNCTION_LINES_MAX:
                found.append(f"{tag['path']}:{tag['line']}: {tag['name']} has {length} lines, at most "
                             f"{FUNCTION_LINES_MAX}: which step hides in it?")
        elif tag["kind"] == "member" and tag.get("scopeKind") == "struct":
            key = (tag["path"], tag["scope"])
            fields[key] = fields.get(key, 0) + 1
        elif tag["kind"] == "variable" and is_mutable_global(tag):
            found.append(f"{tag['path']}:{tag['line']}: {tag['name']} is a global that can change: put it into a struct "
                         "that somebody owns")
    for (path, scope), count in fields.items():
        if count > STRUCT_FIELDS_MAX and not path.startswith("tests/"):
            found.append(f"{path}:1: struct {scope} has {count} fields, at most {STRUCT_FIELDS_MAX}")
    return found


def is_mutable_global(tag):
    if tag["path"].startswith("tests/"):
        return False
    lines = lines_of(tag["path"])
    at = tag["line"] - 1
    text = lines[at]
    if text.startswith("}"):  # `static const struct row { … } rows[] = {`: the words stand on top
        while at > 0 and (not lines[at] or lines[at][0] in "}\t #/"):
            at -= 1
        text = lines[at]
    return "const" not in text and "extern" not in text


def check_words(names):
    found = []
    for name in names:
        if name.startswith("tests/lint/"):
            continue
        for number, line in enumerate(lines_of(name), 1):
            for pattern, what in ((UNFINISHED, "finish it, or say in an issue why it waits"),
                                  (MACHINE_PATH, "no paths of one machine")):
                if pattern.search(line):
                    found.append(f"{name}:{number}: \"{pattern.search(line).group(0)}\": {what}")
    return found


def check_format(names):
    run = subprocess.run(["clang-format", "--dry-run", "-Werror", *names], cwd=ROOT, stderr=subprocess.PIPE)
    lines = [line for line in run.stderr.decode().splitlines() if "error:" in line]
    return [f"{line.split(': error:')[0]}: not formatted: run make format" for line in lines[:20]]


def main():
    code = tracked("*.c", "*.h")
    texts = code + tracked("*.proto", "*.py", "*.sh", "Makefile", "*.yaml", "*.js", "*.css", "*.html")
    found = check_includes(code) + check_sizes(code) + check_words(texts) + check_format(code)
    for line in found:
        print(line)
    print(f"lint: {len(code)} C files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
