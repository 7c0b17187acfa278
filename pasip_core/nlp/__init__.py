"""Language: cleaning, detecting, understanding. Heavy libraries are imported inside functions."""
