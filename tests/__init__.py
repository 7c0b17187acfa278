"""Everything that tests PASIP-AI."""
