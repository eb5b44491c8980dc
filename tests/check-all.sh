#!/usr/bin/env bash
# Everything that make test runs, then what takes longer: the unit tests under ThreadSanitizer, cppcheck and
# clang-tidy over our own sources, a thousand seeds of the simulation, larger bounds of the model, a thousand kills in a stream,
# 2,400 at places where the hub writes, 2,000 errors there, 300 power cuts of two file systems, a thousand flipped bits, a hundred thousand reconnects,
# sixty partitions, a hundred thousand connections that come and go, half of a thousand subscribers that stop reading.
set -euo pipefail
cd "$(dirname "$0")/.."
/usr/bin/python3 tests/run.py
/usr/bin/python3 tests/run.py unit:debug e2e:debug unit:tsan
HS_SEEDS=1000 /usr/bin/python3 tests/run.py unit:release
/usr/bin/python3 -B tests/model/check.py --large
HS_PYTEST_TIMEOUT_S=3600 HS_KILLS=1000 HS_WRITE_POINTS=2400 HS_ERROR_POINTS=2000 HS_CUTS=300 HS_FLIPS=1000 \
	/usr/bin/python3 tests/run.py crash:release
HS_RECONNECTS=100000 HS_PARTITIONS=60 HANSHO_BIN=build/release/bin /usr/bin/python3 -m pytest -q -s -p no:cacheprovider \
	tests/e2e/test_reconnect.py tests/e2e/test_partition.py
HS_CYCLES=100000 HANSHO_BIN=build/release/bin /usr/bin/python3 -m pytest -q -s -p no:cacheprovider tests/e2e/test_bounds.py
make --no-print-directory -s -j2 MODE=release bench-programs
tests/bench/slow.py --rounds 1 --more-mib 32
tests/bench/cycles.py --cycles 100000 --rounds 2
tests/bench/slow.py --rounds 1 --orders 40 --per-second 2 --places 300 --backlog-max 20 --more-mib 32
mapfile -t sources < <(git ls-files 'hub/*.c' 'schemas/*.c' 'adapters/*.c' 'sim/*.c')
check_c() {
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
		--suppress=missingIncludeSystem --include=tests/lint/cppcheck.h -I. -Ibuild/gen "$@"
}
check_c "${sources[@]}"
# A file that it cannot read it leaves out without a word: it must find a fault at the end of one that includes much.
{ cat hub/feed/store.c; echo 'int hs_known_bad(void) { int a[1] = { 0 }; return a[1]; }'; } >build/known_bad.c
if check_c build/known_bad.c 2>build/known_bad.txt || ! grep -q arrayIndexOutOfBounds build/known_bad.txt; then
	echo "check-all: cppcheck does not see a fault that is there: tests/lint/cppcheck.h must tell it more" >&2
	exit 1
fi
mapfile -t flags < <(pkg-config --cflags xmlsec1-openssl | tr ' ' '\n' | grep .)
clang-tidy --quiet "${sources[@]}" -- -std=gnu17 -D_GNU_SOURCE -I. -isystem build/gen -isystem /usr/include/libxml2 "${flags[@]}"
echo "check-all: all passed"
