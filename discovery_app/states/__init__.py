"""What one browser tab holds: selections, snapshots and form values."""
