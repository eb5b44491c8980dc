#!/usr/bin/python3
"""Runs the tests and counts them; the last line is always "N passed, N failed".

    run.py                    what `make test` runs: the STEPS below in order
    run.py unit:asan e2e      only these; a step is NAME or NAME:MODE

A step that cannot be built, or a runner that dies without a verdict, counts as one failed test: a test that
did not run has not passed.
"""
import concurrent.futures
import os
import re
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Everything under AddressSanitizer and UBSan; the kill test, which wants speed, as it is debugged. The tests
# wait more than they compute: two at a time keep two cores busy.
STEPS = ["lint", "unit:asan", "model", "fuzz:smoke", "e2e:asan", "browser:asan", "crash:debug"]
AT_A_TIME = 2
TAP_TIMEOUT_S = 420
PYTEST_TIMEOUT_S = int(os.environ.get("HS_PYTEST_TIMEOUT_S", "1800"))
# Of each fuzzer, two at a time. The same inputs each time: a test that fails by luck tells nobody what to mend.
FUZZ_SMOKE = ["-runs=30000", "-seed=1", "-max_total_time=60"]


def make(mode, *targets):
    return subprocess.run(["make", "--no-print-directory", "-s", "-j2", f"MODE={mode}", *targets], cwd=ROOT).returncode == 0


def run_unit(mode):
    """Each *_test binary, in TAP. Returns (passed, failed)."""
    if not make(mode, "unit-programs"):
        return 0, 1
    folder = os.path.join(ROOT, "build", mode, "tests")
    sources = []
    for part in ("unit", "simulation"):
        for where, _, names in os.walk(os.path.join(ROOT, "tests", part)):
            sources += [os.path.join(where, name) for name in sorted(names) if name.endswith("_test.c")]
    names = [os.path.relpath(source, os.path.join(ROOT, "tests"))[:-2] for source in sources]
    # ThreadSanitizer's memmem marks all that it might read, to the end of the document, at each call: minutes for 5 MB.
    environment = dict(os.environ, CMOCKA_MESSAGE_OUTPUT="TAP", TSAN_OPTIONS="intercept_memmem=0")
    return run_tap([(name, [os.path.join(folder, name)]) for name in names], environment)


def run_browser(mode):
    """Each *.test.js by node's own test runner, in TAP. Returns (passed, failed)."""
    if not make(mode, "programs", "browser-packages"):
        return 0, 1
    folder = os.path.join(ROOT, "tests", "browser")
    names = [name for name in sorted(os.listdir(folder)) if name.endswith(".test.js")]
    command = ["node", "--test-reporter=tap"]
    return run_tap([(f"browser/{name}", [*command, os.path.join(folder, name)]) for name in names], stack_environment(mode))


def run_model(_mode):
    """The model of journal, reply and resume, by spin, in TAP. Returns (passed, failed)."""
    return run_tap([("model", [sys.executable, "-B", os.path.join(ROOT, "tests", "model", "check.py")])], dict(os.environ))


def run_fuzz(_mode):
    """Each fuzzer over its seeds, then some runs of its own; `make fuzz` is the long way. Returns (passed, failed)."""
    if not make("debug", "fuzzers"):
        return 0, 1
    folder = os.path.join(ROOT, "build", "fuzz")
    names = [name[:-2] for name in sorted(os.listdir(os.path.join(ROOT, "tests", "fuzz"))) if name.endswith("_fuzz.c")]
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="hs-fuzz-") as found:
        def one(name):
            os.makedirs(os.path.join(found, name))
            return subprocess.run([os.path.join(folder, name), *FUZZ_SMOKE, "-max_len=65536",
                                   "-rss_limit_mb=4096", f"-artifact_prefix={folder}/", os.path.join(found, name),
                                   os.path.join(ROOT, "tests", "fuzz", "seeds")],
                                  cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
            for name, run in zip(names, pool.map(one, names)):
                good = run.returncode == 0
                passed, failed = passed + good, failed + (not good)
                print(f"  {'ok  ' if good else 'FAIL'} fuzz/{name}", flush=True)
                if not good:
                    print(run.stdout.decode(errors="replace")[-4000:], flush=True)
    return passed, failed or (1 if passed == 0 else 0)


def stack_environment(mode):
    """For tests that start the programs of tests/e2e/conftest.py."""
    return dict(os.environ, HANSHO_BIN=os.path.join(ROOT, "build", mode, "bin"), HANSHO_MODE=mode,
                PYTHONDONTWRITEBYTECODE="1", ASAN_OPTIONS="detect_leaks=1")


def run_tap(named_commands, environment):
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(AT_A_TIME) as pool:
        for ok, bad in pool.map(lambda row: run_one_tap(*row, environment), named_commands):
            passed += ok
            failed += bad
    return passed, failed or (1 if passed == 0 else 0)


def run_one_tap(name, command, environment):
    started = time.monotonic()
    try:
        run = subprocess.run(command, cwd=ROOT, env=environment, timeout=TAP_TIMEOUT_S,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        output, code = run.stdout.decode(errors="replace"), run.returncode
        errors = run.stderr.decode(errors="replace")
    except subprocess.TimeoutExpired as late:
        output, code = (late.stdout or b"").decode(errors="replace"), "timeout"
        errors = (late.stderr or b"").decode(errors="replace")
    passed = len(re.findall(r"^ok ", output, re.M))
    failed = len(re.findall(r"^not ok ", output, re.M))
    if failed == 0 and (code != 0 or passed == 0):
        failed = 1
    print(f"  {'ok  ' if not failed else 'FAIL'} {name}: {passed} passed, {failed} failed, "
          f"{time.monotonic() - started:.1f} s", flush=True)
    if failed:
        print(f"exit status {code}\n{output[-4000:]}\n{errors[-8000:]}", flush=True)
    return passed, failed


def run_pytest(mode, folder, *options):
    if not make(mode, "programs", "python-messages"):
        return 0, 1
    path = os.path.join(ROOT, "tests", folder)
    if not os.path.isdir(path):
        return 0, 1
    report = os.path.join(ROOT, "build", mode, f"{folder}.xml")
    if os.path.exists(report):
        os.unlink(report)
    try:
        subprocess.run([sys.executable, "-m", "pytest", "-q", "-n", str(AT_A_TIME), "--dist", "loadfile",
                        "-p", "no:cacheprovider", f"--junitxml={report}", *options, path], cwd=ROOT, env=stack_environment(mode),
                       timeout=PYTEST_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        print(f"  {folder} took longer than {PYTEST_TIMEOUT_S} s", flush=True)
        return 0, 1
    if not os.path.exists(report):
        return 0, 1
    suite = ElementTree.parse(report).getroot().find("testsuite")
    failed = int(suite.get("failures")) + int(suite.get("errors"))
    passed = int(suite.get("tests")) - failed - int(suite.get("skipped"))
    return passed, failed or (1 if passed == 0 else 0)


def run_lint(mode):
    del mode
    ok = subprocess.run([sys.executable, "tests/lint/lint.py"], cwd=ROOT).returncode == 0
    return (1, 0) if ok else (0, 1)


RUNNERS = {
    "lint": run_lint,
    "unit": run_unit,
    "model": run_model,
    "fuzz": run_fuzz,
    "e2e": lambda mode: run_pytest(mode, "e2e"),
    "browser": run_browser,
    "crash": lambda mode: run_pytest(mode, "crash", "-rP"),  # they say how many points they tried
}


def main():
    passed = failed = 0
    for step in sys.argv[1:] or STEPS:
        name, _, mode = step.partition(":")
        started = time.monotonic()
        print(f"== {step}", flush=True)
        ok, bad = RUNNERS[name](mode or os.environ.get("MODE") or "debug")
        passed += ok
        failed += bad
        print(f"== {step}: {ok} passed, {bad} failed, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
