"""The app in a real browser: one installation and one Chromium for all of it, gone when other tests begin."""
