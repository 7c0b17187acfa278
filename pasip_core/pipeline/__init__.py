"""The stages between a source and a number: each a function from values to values, safe to kill and repeat."""
