#!/usr/bin/python3
"""JSON Schema of our messages: json_schema.py [--check]

Reads schemas/notice.proto and schemas/link.proto (by protoc, comments included) and writes
schemas/notice.schema.json (Notice and its parts) and schemas/feed.schema.json (the frames of the feed). With
--check nothing is written; the exit status says whether the files are up to date. The JSON form itself is that of
schemas/json.c; its rules stand on top of notice.proto.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BASE = "https://hansho.example/schemas/"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
PACKAGE = ".hansho.v1."
TYPE = descriptor_pb2.FieldDescriptorProto


def descriptors():
    with tempfile.NamedTemporaryFile() as out:
        subprocess.run(["protoc", "-I", ROOT, "--include_source_info", "--include_imports",
                        "--descriptor_set_out", out.name, "schemas/link.proto"], cwd=ROOT, check=True)
        found = descriptor_pb2.FileDescriptorSet()
        found.ParseFromString(out.read())
        return found


def always_written():
    """(message, field) that are written although they are zero: the table of json_rules.c."""
    with open(os.path.join(ROOT, "schemas/json_rules.c"), encoding="utf-8") as file:
        text = file.read()
    table = text[text.index("ALWAYS[]"):]
    table = table[: table.index("};")]
    return set(re.findall(r'\{ "(\w+)", "(\w+)" \}', table))


class Types:
    def __init__(self):
        self.messages, self.enums, self.comments = {}, {}, {}
        for file in descriptors().file:
            places = {tuple(at.path): at for at in file.source_code_info.location}
            for index, enum in enumerate(file.enum_type):
                self.enums[enum.name] = enum
                self.note(enum.name, places, (5, index))
            for index, message in enumerate(file.message_type):
                self.add(message.name, message, places, (4, index))

    def note(self, name, places, path):
        at = places.get(path)
        text = (at.leading_comments or at.trailing_comments) if at else ""
        self.comments[name] = " ".join(text.split())

    def add(self, name, message, places, path):
        self.messages[name] = message
        self.note(name, places, path)
        for index, field in enumerate(message.field):
            self.note(name + "/" + field.name, places, path + (2, index))
        for index, inner in enumerate(message.nested_type):
            self.add(name + "." + inner.name, inner, places, path + (3, index))
        for index, enum in enumerate(message.enum_type):
            self.enums[name + "." + enum.name] = enum
            self.note(name + "." + enum.name, places, path + (4, index))


def enum_schema(name, enum):
    short = name.rsplit(".", 1)[-1]
    prefix = re.sub(r"(?<!^)([A-Z])", r"_\1", short).upper() + "_"
    words = [value.name[len(prefix):].lower() for value in enum.value if value.number != 0]
    return {"description": "a word, or the number of a value that is newer than this file",
            "anyOf": [{"enum": words}, {"type": "integer", "minimum": 1}]}


def time_schema():
    return {"description": "RFC 3339 with offset; an object for a moment that RFC 3339 cannot say",
            "anyOf": [{"type": "string", "format": "date-time",
                       "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
                                  "(\\.[0-9]{6})?[+-][0-9]{2}:[0-9]{2}$"},
                      {"type": "object",
                       "properties": {"unix_us": {"type": "integer"},
                                      "offset_minutes": {"type": "integer"},
                                      "offset_assumed": {"const": True}}}]}


SCALARS = {
    TYPE.TYPE_STRING: {"type": "string"},
    TYPE.TYPE_BYTES: {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
    TYPE.TYPE_BOOL: {"type": "boolean"},
    TYPE.TYPE_DOUBLE: {"type": "number"},
    TYPE.TYPE_UINT32: {"type": "integer", "minimum": 0, "maximum": 4294967295},
    TYPE.TYPE_SINT32: {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
    TYPE.TYPE_INT64: {"type": "integer"},
    TYPE.TYPE_UINT64: {"anyOf": [{"type": "integer", "minimum": 0},
                                 {"type": "string", "pattern": "^[0-9]+$",
                                  "description": "above 9223372036854775807 only"}]},
}


class Writer:
    """Collects the definitions that a root needs. `elsewhere` maps names that live in another file to it."""

    def __init__(self, types, elsewhere=None):
        self.types, self.elsewhere, self.defs = types, elsewhere or {}, {}
        self.always = always_written()

    def ref(self, type_name):
        name = type_name[len(PACKAGE):]
        if name in self.elsewhere:
            return {"$ref": self.elsewhere[name] + "#/$defs/" + name}
        if name not in self.defs:
            self.defs[name] = {}
            if name == "Time":
                self.defs[name] = time_schema()
            elif name in self.types.enums:
                self.defs[name] = enum_schema(name, self.types.enums[name])
            else:
                self.defs[name] = self.message(name)
        return {"$ref": "#/$defs/" + name}

    def field(self, name, field):
        if field.type in (TYPE.TYPE_MESSAGE, TYPE.TYPE_ENUM):
            schema = self.ref(field.type_name)
        else:
            schema = dict(SCALARS[field.type])
        if field.label == TYPE.LABEL_REPEATED:
            schema = {"type": "array", "items": schema}
        comment = self.types.comments.get(name + "/" + field.name)
        if comment:
            schema["description"] = comment
        return schema

    def message(self, name):
        message = self.types.messages[name]
        properties, required, details = {}, [], []
        for field in message.field:
            if (name, field.name) == ("FeedSubscribe", "from_text"):
                continue
            properties[field.name] = self.field(name, field)
            if (name.rsplit(".", 1)[-1], field.name) in self.always:
                required.append(field.name)
            if field.HasField("oneof_index"):
                details.append(field.name)
            if field.type_name == PACKAGE + "Time" and field.label != TYPE.LABEL_REPEATED:
                properties[field.name + "_offset_assumed"] = {
                    "const": True, "description": "the sender gave no offset; +09:00 was taken"}
        if name == "FeedSubscribe":
            properties["from"] = {"anyOf": [properties["from"], {"enum": ["snapshot", "now"]}]}
        schema = {"type": "object", "properties": properties}
        if self.types.comments.get(name):
            schema["description"] = self.types.comments[name]
        if required:
            schema["required"] = required
        if details:
            given = [{"required": [detail]} for detail in details]
            schema["oneOf"] = given + [{"not": {"anyOf": given}}]
        return schema


def notice_schema(types):
    writer = Writer(types)
    top = writer.ref(PACKAGE + "Notice")
    return {"$schema": DIALECT, "$id": BASE + "notice.schema.json", "title": "Notice",
            "description": "One notice of Hansho in JSON. Made from notice.proto by schemas/gen/json_schema.py. "
                           "Unknown members are ignored by readers; see schemas/README.md.",
            **top, "$defs": dict(sorted(writer.defs.items()))}, writer.defs


def feed_schema(types, notice_defs):
    writer = Writer(types, {name: "notice.schema.json" for name in notice_defs})
    frames = []
    for field in types.messages["FeedFrame"].field:
        name = field.type_name[len(PACKAGE):]
        writer.ref(field.type_name)
        body = writer.defs[name]
        body["properties"] = {"type": {"const": field.name}, **body["properties"]}
        body["required"] = ["type"] + body.get("required", [])
        frames.append({"$ref": "#/$defs/" + name})
    # inside a snapshot a notice stands without its type
    notice = json.loads(json.dumps(writer.defs["FeedNotice"]))
    del notice["properties"]["type"]
    notice["required"].remove("type")
    writer.defs["FeedSnapshotItem"] = notice
    writer.defs["FeedSnapshot"]["properties"]["notices"]["items"] = {"$ref": "#/$defs/FeedSnapshotItem"}
    return {"$schema": DIALECT, "$id": BASE + "feed.schema.json", "title": "FeedFrame",
            "description": "One frame of the feed, subprotocol hansho.v1.json. Made from link.proto by "
                           "schemas/gen/json_schema.py.",
            "oneOf": frames, "$defs": dict(sorted(writer.defs.items()))}


def main():
    types = Types()
    notice, defs = notice_schema(types)
    stale = 0
    for name, schema in (("notice.schema.json", notice), ("feed.schema.json", feed_schema(types, defs))):
        path = os.path.join(ROOT, "schemas", name)
        text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        if "--check" in sys.argv[1:]:
            with open(path, encoding="utf-8") as file:
                if file.read() != text:
                    stale = 1
                    sys.stderr.write("%s is not up to date: run schemas/gen/json_schema.py\n" % path)
            continue
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return stale


if __name__ == "__main__":
    sys.exit(main())
