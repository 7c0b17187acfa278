"""Python runs this at its start in every process of a test that has this folder on its path."""

import outside

outside.watch()
