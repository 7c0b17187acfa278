"""``python -m pasip_core``."""

from pasip_core.cli import main

if __name__ == "__main__":
    main()
