"""Discovery dashboard: from inventory exports to a checked, assessed inventory."""
