# `make run` starts a server to try, `make test` proves the tree, `make demo` does both ends once, `make bench` measures.
# Each installs what it needs (apt, root) and can be run on a fresh Debian 12 with Swift 6.3.

.PHONY: run demo test requirements bench bench-codec bench-engine bench-store bench-allocations bench-attacks soak-connections build setup certs format lint clean help fuzz soak
.DEFAULT_GOAL := help

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Build in release, make certificates, serve on 127.0.0.1:8443 with data in ./data until Ctrl-C
	@scripts/run.sh

demo: ## The same, with the five calls made by rpc-client, then a clean stop
	@scripts/run.sh --demo

test: ## Everything: unit tests, interop with Python grpcio, durability under SIGKILL
	@scripts/test.sh

requirements: setup ## Each requirement, the scenarios that prove it, and whether they pass
	@scripts/requirements.py

soak: ## For hours: 10 million steps of the ledger, 200,000 simulated disks, 1,000 kills, 200 power losses, 360 failing system calls
	@scripts/soak.sh

bench: ## Server CPU per call, streams, large messages, handshakes, memory, the client: beside C programs and grpc-go
	@Benchmarks/bench.sh
	@Benchmarks/transport.sh
	@Benchmarks/client.sh

bench-allocations: ## Allocations and instructions of the server for each unary call, held against their budget
	@Benchmarks/unary-allocations.sh

bench-attacks: setup ## What a well-behaved client notices of each attack on its server
	@bash -c 'source scripts/python.sh && python Benchmarks/attacks.py'

bench-engine: setup ## The ledger alone: accruals, redemptions, memory a member, expiry
	swift build --package-path Benchmarks -c release --product bench-engine
	@"$$(swift build --package-path Benchmarks -c release --show-bin-path)/bench-engine"

bench-store: ## Durable accruals beside the bare disk, PostgreSQL and Redis; restarts
	@Benchmarks/store.sh

bench-codec: ## Generated codecs beside swift-protobuf, C++ protobuf and protobuf-c, in one run
	@Benchmarks/codec.sh

soak-connections: ## A server for half an hour while connections come and go: memory and descriptors
	@scripts/soak-connections.sh

fuzz: ## libFuzzer over schemas, binary messages, JSON and what of gRPC is no message, a minute each
	@scripts/fuzz.sh

build: setup ## Debug build with tests
	swift build --build-tests

setup: ## Install the system libraries that are missing
	@scripts/setup.sh

certs: ## Development certificates in certs/dev
	@certs/make-dev-certs.sh

format: ## Format the Swift sources
	swift format --in-place --recursive --parallel Sources Tests Plugins Benchmarks/Sources Package.swift

lint: ## Check the format of the Swift sources
	swift format lint --recursive --parallel Sources Tests Plugins Benchmarks/Sources Package.swift

clean: ## Remove build products; data and certificates stay
	rm -rf .build .build-* Benchmarks/.build .venv
