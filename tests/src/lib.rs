//! Test harness: nodes, probes and trace recorders that the test binaries share.
