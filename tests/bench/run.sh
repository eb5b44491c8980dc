#!/bin/sh
# Runs every bench of this folder and prints one table. `make bench` calls it after a release build.
#   tests/bench/run.sh [folder of bin/ and tests/bench/, default build/release]
# HANSHO_BENCH_QUICK=1: fewer rounds, for trying out.
set -eu
cd "$(dirname "$0")/../.."
exec /usr/bin/python3 tests/bench/table.py "${1:-build/release}"
