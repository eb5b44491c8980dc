#!/usr/bin/python3
"""Man pages and a bash completion, made from what the programs say of themselves.

    man.py BIN_DIR OUT_DIR

The one source is the tables in the programs: commands and options (`hansho help`) and configuration keys
(`hansho-x --config-help`). Nothing is written here a second time, so nothing can be out of date.
"""
import os
import re
import subprocess
import sys

DAEMONS = {
    "hansho-hub": "takes orders, makes them durable, sends them on, reports who has them",
    "hansho-gate": "the front door: SOAP, REST and the form of municipalities",
    "hansho-feed": "the feed: WebSocket, event stream and plain GETs for subscribers",
    "hansho-broadcaster": "adapter for broadcasters: crawls, records, playout files",
    "hansho-telecom": "adapter for carriers: urgent mails and cell broadcast pages",
    "hansho-signage": "adapter for public screens",
    "hansho-jalert": "adapter for municipal loudspeakers: speech plans",
}


def said(bin_dir, program, *arguments):
    run = subprocess.run([os.path.join(bin_dir, program), *arguments], stdout=subprocess.PIPE, timeout=20, check=True)
    return run.stdout.decode()


def troff(text):
    """Text as troff takes it: no line begins with a dot or an apostrophe, backslashes and dashes are themselves."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.M)


def head(name, section, version, sentence):
    return (f'.TH {troff(name.upper())} {section} "" "Hansho {version}"\n'
            f".SH NAME\n{troff(name)} \\- {troff(sentence)}\n")


def commands_of(text):
    """[(name, sentence, synopsis)] from the page of `hansho help`: two lines a command."""
    return [(match[1], match[2], match[3].strip())
            for match in re.finditer(r"^  (\S+) +(.+)\n +hansho (.+)$", text, re.M)]


def man_of_hansho(text, version):
    page = head("hansho", 1, version, "send, watch and check disaster notices")
    page += ".SH SYNOPSIS\n.B hansho\n[\\-\\-config FILE] [\\-\\-json] COMMAND …\n.SH COMMANDS\n"
    for name, sentence, synopsis in commands_of(text):
        page += f".TP\n.B {troff(name)}\n{troff(sentence)}\n.br\nhansho {troff(synopsis)}\n"
    status = re.search(r"^exit status: (.*)$", text, re.M)
    page += f".SH EXIT STATUS\n{troff(status[1])}\n" if status else ""
    page += (".SH FILES\nThe settings are read from \\-\\-config, else $HANSHO_CONFIG, else build/run/client.yaml in the\n"
             "present folder, else /etc/hansho/client.yaml.\n")
    return page + ".SH SEE ALSO\n" + ", ".join(f"{troff(name)}(8)" for name in DAEMONS) + "\n"


def man_of_daemon(name, usage, keys, version):
    page = head(name, 8, version, DAEMONS[name]) + ".SH SYNOPSIS\n.nf\n"
    page += troff(re.sub(r"^(usage:)? *", "", usage, flags=re.M)) + ".fi\n.SH CONFIGURATION\nA YAML file with these keys.\n"
    for line in keys.splitlines():
        depth = (len(line) - len(line.lstrip())) // 4
        match = re.match(r"\s*(\S+)  \((.*)\)$", line)
        if match:
            page += ".RS\n" * depth + f".TP\n.B {troff(match[1])}\n({troff(match[2])})\n" + ".RE\n" * depth
        else:
            level = max(0, depth - 1)
            page += ".RS\n" * level + f".RS 7\n{troff(line.strip())}\n.RE\n" + ".RE\n" * level
    hangup = "SIGHUP has it read principals, client_ca and client_crl again.\n" if name == "hansho-gate" else ""
    return page + (".SH SIGNALS\nSIGTERM and SIGINT stop it in good order, with exit status 0; a second one ends it at "
                   "once.\n" + hangup + ".SH SEE ALSO\nhansho(1)\n")


def completion(text):
    words, options = [], {}
    for name, _, synopsis in commands_of(text):
        words.append(name)
        options[name] = sorted(set(re.findall(r"--[a-z-]+", synopsis)))
    options["validate"] = sorted({*options.get("submit", []), *options.get("validate", []), "config"})
    cases = "".join(f"\t{name}) words=\"{' '.join(flags)}\" ;;\n" for name, flags in options.items() if flags)
    cases += "\tjournal) words=\"check\" ;;\n"
    return (f"# bash completion of hansho; made by deploy/gen/man.py from `hansho help`\n_hansho()\n{{\n"
            "\tlocal word=${COMP_WORDS[COMP_CWORD]} words=\n"
            "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n\t--config|--file|--run|--out)\n"
            "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n\t\treturn ;;\n\tesac\n"
            f"\tcase ${{COMP_WORDS[1]}} in\n{cases}\tesac\n"
            f"\t[ \"$COMP_CWORD\" -gt 1 ] || words=\"{' '.join(words)} help\"\n"
            "\tmapfile -t COMPREPLY < <(compgen -W \"$words --json --config\" -- \"$word\")\n"
            "\t[ \"${COMP_WORDS[1]}\" != journal ] || [ \"$COMP_CWORD\" -lt 3 ] || "
            "mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n}\n"
            "complete -F _hansho hansho\n")


def write(out_dir, name, text):
    with open(os.path.join(out_dir, name), "w", encoding="utf-8") as file:
        file.write(text)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    bin_dir, out_dir = sys.argv[1:]
    os.makedirs(out_dir, exist_ok=True)
    text = said(bin_dir, "hansho", "help")
    version = said(bin_dir, "hansho", "version").split()[-1]
    write(out_dir, "hansho.1", man_of_hansho(text, version))
    write(out_dir, "hansho.bash", completion(text))
    for name in DAEMONS:
        write(out_dir, f"{name}.8", man_of_daemon(name, said(bin_dir, name, "--help"),
                                                  said(bin_dir, name, "--config-help"), version))


if __name__ == "__main__":
    main()
