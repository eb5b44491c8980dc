"""The published descriptions against the code: JSON Schema, AsyncAPI, OpenAPI.

What the C code writes as JSON is checked with a validator that we did not write, over random messages of every
kind; the descriptions must be up to date, whole, and their examples must be what they claim.
"""

import copy
import csv
import json
import os
import re
import subprocess
import sys

import jsonschema
import pytest
import yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SCHEMAS = os.path.join(ROOT, "schemas")
OUT = os.path.dirname(os.environ.get("HANSHO_BIN", "build/debug/bin").rstrip("/"))
DOCUMENTS = ["feed.asyncapi.yaml", "feed.openapi.yaml", "gate.openapi.yaml"]


def read(name):
    with open(os.path.join(SCHEMAS, name), encoding="utf-8") as file:
        return json.load(file) if name.endswith(".json") else yaml.safe_load(file)


def closed(schema):
    """A copy in which no object may have members that are not described: what we write, we describe."""
    schema = copy.deepcopy(schema)

    def walk(node):
        if isinstance(node, dict):
            if "properties" in node and "additionalProperties" not in node:
                node["additionalProperties"] = False
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(schema)
    return schema


@pytest.fixture(scope="module")
def validators():
    schemas = {name: closed(read(name)) for name in ("notice.schema.json", "feed.schema.json")}
    store = {}
    for name, schema in schemas.items():
        jsonschema.Draft202012Validator.check_schema(schema)
        store[schema["$id"]] = schema
    return {name: jsonschema.Draft202012Validator(
        schema, resolver=jsonschema.RefResolver(schema["$id"], schema, store=store),
        format_checker=jsonschema.FormatChecker()) for name, schema in schemas.items()}


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    program = os.path.join(OUT, "tests/unit/schemas/json_test")
    if not os.path.exists(os.path.join(ROOT, program)):
        subprocess.run(["make", "-s", f"OUT={OUT}", program], cwd=ROOT, check=True, timeout=600)
    path = tmp_path_factory.mktemp("json") / "samples"
    subprocess.run([os.path.join(ROOT, program)], check=True, timeout=120, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, env={**os.environ, "HS_JSON_SAMPLES": str(path)})
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_schemas_are_up_to_date():
    run = subprocess.run([sys.executable, os.path.join(SCHEMAS, "gen/json_schema.py"), "--check"],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


def test_what_is_written_is_as_described(validators, samples):
    notices = [sample for sample in samples if "type" not in sample]
    frames = [sample for sample in samples if "type" in sample]
    assert len(notices) >= 100 and len(frames) >= 100
    for sample in notices:
        validators["notice.schema.json"].validate(sample)
    for sample in frames:
        validators["feed.schema.json"].validate(sample)
    # the samples reach every kind of detail and every frame
    schema = read("notice.schema.json")["$defs"]["Notice"]
    assert all(any(name in sample for sample in notices) for name in schema["properties"])
    kinds = {read("feed.schema.json")["$defs"][frame["$ref"].rsplit("/", 1)[-1]]["properties"]["type"]["const"]
             for frame in read("feed.schema.json")["oneOf"]}
    assert {sample["type"] for sample in frames} == kinds


@pytest.mark.parametrize("wrong", [
    {"kind": "meteor"},
    {"mode": 0},
    {"times": {"ordered": "2026-07-01 18:55"}},
    {"times": {"ordered": "2026-07-01T18:55:00"}},
    {"times": {"ordered_offset_assumed": False}},
    {"original": {"sha256": "xyz"}},
    {"evacuation": {"people": {"unit": "人"}}},
    {"event": {}, "flood": {}},
    {"priority": -1},
    {"surprise": 1},
])
def test_schema_refuses_what_is_never_written(validators, wrong):
    assert not validators["notice.schema.json"].is_valid(wrong)


@pytest.mark.parametrize("wrong", [
    {"type": "surprise"},
    {"newest_seq": 1},
    {"type": "heartbeat"},
    {"type": "subscribe", "from": "yesterday"},
    {"type": "subscribe", "from_text": "now"},
    {"type": "snapshot", "seq": 1},
])
def test_schema_refuses_wrong_frames(validators, wrong):
    assert not validators["feed.schema.json"].is_valid(wrong)


def look_up(document, ref):
    name, _, pointer = ref.partition("#")
    node = read(name) if name else document
    for part in filter(None, pointer.split("/")):
        node = node[part.replace("~1", "/").replace("~0", "~")]
    return node


def refs(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_reference_leads_somewhere(name):
    document = read(name)
    found = list(refs(document))
    assert len(found) > 10
    for ref in found:
        assert look_up(document, ref) is not None, ref


def test_asyncapi_describes_every_frame(validators):
    document = read("feed.asyncapi.yaml")
    assert document["asyncapi"].startswith("3.")
    messages = document["components"]["messages"]
    described = {message["payload"]["$ref"] for message in messages.values()}
    assert described == {"feed.schema.json" + frame["$ref"] for frame in read("feed.schema.json")["oneOf"]}
    assert set(document["channels"]["feed"]["messages"]) == set(messages)
    for name, message in messages.items():
        assert message["examples"], name
        for example in message["examples"]:
            assert example["payload"]["type"] == name
            validators["feed.schema.json"].validate(example["payload"])
    used = {message["$ref"].rsplit("/", 1)[-1] for operation in document["operations"].values()
            for message in operation.get("messages", [])}
    assert used == set(messages)


@pytest.mark.parametrize("name", ["feed.openapi.yaml", "gate.openapi.yaml"])
def test_openapi_is_whole(name):
    document = read(name)
    assert document["openapi"].startswith("3.1")
    ids = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert method in ("get", "post")
            ids.append(operation["operationId"])
            assert operation["summary"] and operation["responses"]
            given = [look_up(document, p["$ref"]) if "$ref" in p else p for p in operation.get("parameters", [])]
            inside = {p["name"] for p in given if p["in"] == "path"}
            assert inside == set(re.findall(r"\{(\w+)\}", path))
    assert len(ids) == len(set(ids))
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def table(name):
    with open(os.path.join(SCHEMAS, "tables", name), encoding="utf-8", newline="") as file:
        lines = file.readlines()
    assert lines[0].startswith("#"), f"{name}: the credits stand on top"
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def test_tables_hold_what_they_must():
    areas = table("areas.csv")
    kinds = [row["kind"] for row in areas]
    assert kinds.count("prefecture") == 47 + 1 and kinds.count("synthetic") == 10
    assert len(areas) == 1918 + 47 + 11
    assert all(row["code"].startswith("99") == (row["prefecture_name"] == "架空県") for row in areas)
    assert not any("unverified" in row["status"] for row in table("level_display.csv"))
    schemes = [row["scheme"] for row in table("schemes.csv")]
    terms = {row["term"] for row in table("levels.csv")}
    assert len(table("levels.csv")) == len(schemes) * len(terms)


@pytest.mark.parametrize("file, old, new", [
    ("areas.csv", "990019,", "990018,"),
    ("areas.csv", "990027,", "990019,"),
    ("area_rules.csv", "ward,municipality,around,0", "ward,municipality,around,1"),
    ("area_rules.csv", "ward,ward,beside,0", "ward,ward,next,0"),
    ("area_retired.csv", "221317,", "221318,"),
    ("area_retired.csv", "2024-01-01,221384", "2024-01-01,221317"),
    ("area_retired.csv", "221317,", "221384,"),
    ("levels.csv", "避難指示,2026,", "避難指示,2027,"),
    ("levels.csv", "避難指示,2026,4,0,4", "避難指示,2026,9,0,4"),
    ("levels.csv", "避難指示,2026,4,0,4", "避難指示,2026,4"),
    ("level_display.csv", "gov-page", "unverified"),
    ("text_classes.csv", "00AD,00AD,drop", "00AD,00AF,drop"),
    ("text_classes.csv", "00AD,00AD,drop", "00AD,00AD,hide"),
    ("text_classes.csv", "10FFFE,10FFFF", "10FFFE,110000"),
])
def test_a_wrong_table_stops_the_build(tmp_path, file, old, new):
    for name in (name for name in os.listdir(os.path.join(SCHEMAS, "tables")) if name.endswith(".csv")):
        with open(os.path.join(SCHEMAS, "tables", name), encoding="utf-8") as source:
            text = source.read()
        if name == file:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / name).write_text(text, encoding="utf-8")
    out = tmp_path / "tables.c"
    run = subprocess.run([sys.executable, os.path.join(SCHEMAS, "gen/tables.py"), str(tmp_path), str(out)],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode != 0 and file in run.stderr
    assert not out.exists()


def test_assets_are_embedded_whole(tmp_path):
    folder = tmp_path / "some-where" / "assets"
    (folder / "icons").mkdir(parents=True)
    content = bytes(range(256)) * 3
    (folder / "icons" / "a.png").write_bytes(content)
    (folder / "empty.txt").write_bytes(b"")
    (folder / "page.html").write_text("<p>避難</p>", encoding="utf-8")
    (folder / ".hidden").write_text("x")
    script = os.path.join(SCHEMAS, "gen/embed.py")
    subprocess.run([sys.executable, script, "some-where/assets", "assets.c"], cwd=tmp_path, check=True, timeout=60)
    (tmp_path / "main.c").write_text("""
#include <stdio.h>
#include "hub/base/asset.h"
extern const struct hs_asset hs_assets_some_where[];
int main(void)
{
	for (const struct hs_asset *a = hs_assets_some_where; a->path; a++) {
		printf("%s|%s|%zu|%s|", a->path, a->content_type, a->len_bytes, a->etag);
		for (size_t i = 0; i < a->len_bytes; i++)
			printf("%02x", a->bytes[i]);
		printf("\\n");
	}
	return 0;
}
""")
    subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", f"-I{ROOT}", "main.c", "assets.c", "-o", "list"],
                   cwd=tmp_path, check=True, timeout=60)
    lines = subprocess.run([tmp_path / "list"], capture_output=True, text=True, check=True,
                           timeout=60).stdout.splitlines()
    rows = [line.split("|") for line in lines]
    assert [row[0] for row in rows] == ["empty.txt", "icons/a.png", "page.html"]
    assert [row[1] for row in rows] == ["text/plain; charset=utf-8", "image/png", "text/html; charset=utf-8"]
    assert bytes.fromhex(rows[1][4]) == content and bytes.fromhex(rows[2][4]).decode() == "<p>避難</p>"
    assert all(row[3].startswith('"') and row[3].endswith('"') for row in rows)
    assert len({row[3] for row in rows}) == 3
