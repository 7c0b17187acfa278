"""Where everything is kept: three ports (``ports``), one backend folder each, opened by ``connect``."""
