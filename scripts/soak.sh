#!/usr/bin/env bash
# What `make test` proves in minutes, for hours: the ledger against its reference model; the store on the simulated disk,
# seed after seed; then the server killed, its disk's power lost and its system calls failed again and again under load.
# Needs root.
# OPERATIONS (of the ledger), SEEDS, SIGKILLS, POWER_LOSSES, DISK_FAULTS and HISTORIES set how often, 0 of the first two
# leaves it out. FIRST_SEED (by default the time, so that each run tries others) and SEED replay a failure. Everything
# printed names its seed.
set -euo pipefail
cd "$(dirname "$0")/.."

OPERATIONS=${OPERATIONS:-10000000} SEEDS=${SEEDS:-200000} FIRST_SEED=${FIRST_SEED:-$(date +%s)0000}
export SIGKILLS=${SIGKILLS:-1000} POWER_LOSSES=${POWER_LOSSES:-200} DISK_FAULTS=${DISK_FAULTS:-20} HISTORIES=${HISTORIES:-200}
scripts/setup.sh e2fsprogs xfsprogs strace
source scripts/python.sh

if ((OPERATIONS > 0)); then
  LOYALTY_MODEL_FIRST_SEED=$FIRST_SEED LOYALTY_MODEL_OPERATIONS=$OPERATIONS \
    swift test -c release -Xswiftc -enable-testing --scratch-path .build-soak --filter ModelTests
fi

if ((SEEDS > 0)); then
  swift build --build-tests
  # In portions, so that what was run so far can be read.
  for ((first = FIRST_SEED; first < FIRST_SEED + SEEDS; first += 10000)); do
    left=$((FIRST_SEED + SEEDS - first))
    LOYALTY_STORE_FIRST_SEED=$first LOYALTY_STORE_SEEDS=$((left < 10000 ? left : 10000)) \
      swift test --skip-build --filter SimulationTests | grep -E "^simulation:|is found by|LOYALTY_STORE_SEED|recorded an issue|Test run"
  done
fi

swift build -c release --product loyalty-server
LOYALTY_BIN=$(swift build -c release --show-bin-path) python -m pytest -q -s -p no:cacheprovider \
  Tests/Interop/test_durability.py Tests/Interop/test_power_loss.py Tests/Interop/test_disk_faults.py \
  Tests/Interop/test_linearizability.py
