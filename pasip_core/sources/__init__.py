"""Where public mentions come from: one module a source."""
