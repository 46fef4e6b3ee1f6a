// The module BenchSchema: the benchmark's method, generated from bench.proto when the package is built.
