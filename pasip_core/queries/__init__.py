"""What pages, reports, exports and the command line ask: small frozen values and data frames, never a write."""
