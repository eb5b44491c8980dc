#!/usr/bin/env bash
# Everything that make test runs, then what takes longer: the unit tests under ThreadSanitizer, cppcheck and
# clang-tidy over our own sources, a thousand seeds of the simulation, a thousand kills.
set -euo pipefail
cd "$(dirname "$0")/.."
/usr/bin/python3 tests/run.py
/usr/bin/python3 tests/run.py unit:debug e2e:debug unit:tsan
HS_SEEDS=1000 /usr/bin/python3 tests/run.py unit:release
HS_KILLS=1000 /usr/bin/python3 tests/run.py crash:release
mapfile -t sources < <(git ls-files 'hub/*.c' 'schemas/*.c' 'adapters/*.c' 'sim/*.c')
cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,portability --inline-suppr \
	--suppress=missingIncludeSystem --suppress=unknownMacro --suppress=preprocessorErrorDirective -I. "${sources[@]}"
clang-tidy --quiet "${sources[@]}" -- -std=gnu17 -D_GNU_SOURCE -I. -isystem build/gen -isystem /usr/include/libxml2
echo "check-all: all passed"
