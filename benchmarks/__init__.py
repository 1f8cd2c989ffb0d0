"""What `make bench` measures, each beside a bare baseline in the same run."""
