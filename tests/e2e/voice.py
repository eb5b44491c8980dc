"""A voice for Open JTalk that nobody has spoken: one state for every sound, so that the real program reads, times and
writes, and what it says is a hum. Written from the description of the HTS voice format 1.0.
"""

import math
import struct

STATES, ORDER = 5, 25
FRAMES_PER_STATE = 6.0  # of 5 ms: 150 ms a sound


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def counts(trees):
    return struct.pack(f"<{trees}I", *[1] * trees)


def tree(name, states):
    return "".join(f'\n{{*}}[{state}]\n   "{name}_s{state}_1"\n' for state in states).encode()


def voice():
    cepstrum = [6.0] + [0.0] * (ORDER - 1)
    pieces = {
        "DURATION_PDF": counts(1) + floats(*[FRAMES_PER_STATE] * STATES, *[1.0] * STATES),
        "DURATION_TREE": tree("dur", [2]),
        "STREAM_WIN[MCP]": b"1 1.0\n",
        "STREAM_WIN[LF0]": b"1 1.0\n",
        "STREAM_PDF[MCP]": counts(STATES) + floats(*cepstrum, *[1.0] * ORDER) * STATES,
        "STREAM_PDF[LF0]": counts(STATES) + floats(math.log(150.0), 1.0, 1.0) * STATES,
        "STREAM_TREE[MCP]": tree("mcep", range(2, STATES + 2)),
        "STREAM_TREE[LF0]": tree("lf0", range(2, STATES + 2)),
    }
    head = ["[GLOBAL]", "HTS_VOICE_VERSION:1.0", "SAMPLING_FREQUENCY:48000", "FRAME_PERIOD:240",
            f"NUM_STATES:{STATES}", "NUM_STREAMS:2", "STREAM_TYPE:MCP,LF0",
            "FULLCONTEXT_FORMAT:HTS_TTS_JPN", "FULLCONTEXT_VERSION:1.0", "GV_OFF_CONTEXT:",
            "COMMENT:", "[STREAM]", f"VECTOR_LENGTH[MCP]:{ORDER}", "VECTOR_LENGTH[LF0]:1",
            "NUM_WINDOWS[MCP]:1", "NUM_WINDOWS[LF0]:1", "IS_MSD[MCP]:0", "IS_MSD[LF0]:1",
            "OPTION[MCP]:ALPHA=0.55", "OPTION[LF0]:", "USE_GV[MCP]:0", "USE_GV[LF0]:0", "[POSITION]"]
    data = b""
    for name, piece in pieces.items():
        head.append(f"{name}:{len(data)}-{len(data) + len(piece) - 1}")
        data += piece
    return ("\n".join([*head, "[DATA]"]) + "\n").encode() + data


def write_voice(path):
    with open(path, "wb") as file:
        file.write(voice())
    return path
