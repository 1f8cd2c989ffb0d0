"""Pure functions on frames that phases are made of."""
