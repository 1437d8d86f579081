"""The benchmark of mizumado against its peers; docs/BENCH.md says what is measured and how to read it."""
