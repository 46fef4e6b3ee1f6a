#!/usr/bin/env bash
# What `make test` proves in minutes, for hours: the server killed, its disk's power lost and its system calls failed
# again and again under load. Needs root. SIGKILLS, POWER_LOSSES and DISK_FAULTS set how often; SEED replays a failure.
set -euo pipefail
cd "$(dirname "$0")/.."

export SIGKILLS=${SIGKILLS:-1000} POWER_LOSSES=${POWER_LOSSES:-200} DISK_FAULTS=${DISK_FAULTS:-20}
scripts/setup.sh e2fsprogs xfsprogs strace
source scripts/python.sh
swift build -c release --product loyalty-server
LOYALTY_BIN=$(swift build -c release --show-bin-path) python -m pytest -q -s -p no:cacheprovider \
  Tests/Interop/test_durability.py Tests/Interop/test_power_loss.py Tests/Interop/test_disk_faults.py
