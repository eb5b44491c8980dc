#!/usr/bin/python3
"""What the worst documents of at most 1 MiB cost on one core: hostile.py [--folder build/release] [--rounds N]

Each is an order of 架空市 with one thing in it as often as fits. Most are refused; the time until then is what counts.
Beside them one honest order. Last line: JSON, one object per document, with the milliseconds of the worst round.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

LIMIT_BYTES = 1048576
HALF_BYTES = LIMIT_BYTES // 2 - 8000  # a headline stands in a document twice


def order_with(inside="", name="北町一丁目", **more):
    import documents
    text = documents.order([documents.detail("避難指示", [name])], **more)
    return text.replace("</ev:EvacuationOrder>", inside + "</ev:EvacuationOrder>")


def often(part, left=LIMIT_BYTES - 8000, most=10 ** 9):
    return part * min(left // len(part.encode("utf-8")), most)


def many_areas():
    import documents
    area = documents.area("北町一丁目")
    return order_with().replace(area, "", 1).replace("<ev:Areas>", "<ev:Areas>" + often(area, most=5000), 1)


def documents_of():
    deep = "".join(f"<a{n}>" for n in range(20)) + "".join(f"</a{n}>" for n in reversed(range(20)))
    wide = "<w " + " ".join(f'a{n}="x"' for n in range(30)) + "/>"
    return {
        "honest": order_with(),
        "elements": order_with(often("<x/>", most=49000)),
        "areas": many_areas(),
        "long text": order_with(f"<ev:ComplementaryInfo>{often('あ')}</ev:ComplementaryInfo>"),
        "deep": order_with(often(deep, most=2400)),
        "attributes": order_with(often(wide)),
        "large tags": order_with(often("<w a='" + "x" * 16000 + "'/>")),
        "namespaces": order_with(often("<n:x xmlns:n='urn:n'/>", most=49000)),
        "comments": order_with(often("<!---->", most=49000)),
        "entities": order_with(f"<ev:ComplementaryInfo>{often('&amp;')}</ev:ComplementaryInfo>"),
        "bad codes": order_with(often("<commons:targetArea><commons:jisX0402>1</commons:jisX0402></commons:targetArea>")),
        "marks": order_with(headline=often("\u200b", HALF_BYTES)),
        "composed": order_with(headline=often("か\u3099", HALF_BYTES)),
        "names": order_with(name=often("北町、")),
        "circles": order_with().replace("<ev:DateTime>", f"<edxlde:circle>{often('30.0,139.0 1 ')}</edxlde:circle><ev:DateTime>", 1),
        "polygon": order_with().replace("<eb:Location>", f"<eb:Location><edxlde:polygon>{often('30.0,139.0 ')}</edxlde:polygon>", 1),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default=os.path.join(ROOT, "build", "release"))
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    bench = os.path.join(options.folder, "tests", "bench", "pipeline_bench")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in documents_of().items():
            path = os.path.join(folder, "document")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            assert os.path.getsize(path) <= LIMIT_BYTES, name
            line = subprocess.run([bench, str(options.rounds), path], stdout=subprocess.PIPE, text=True, check=True).stdout
            size, median, p99, arena, errors, _, taken, _, _ = line.split()
            found[name] = {"bytes": int(size), "median_us": int(median), "worst_us": int(p99), "errors": int(errors),
                           "arena_bytes": int(arena), "taken_bytes": int(taken)}
    print(json.dumps(found, ensure_ascii=False))


if __name__ == "__main__":
    main()
