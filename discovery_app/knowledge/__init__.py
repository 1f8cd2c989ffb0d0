"""What the rules know: fields and headers, value tables, end of life, 6R, ports."""
