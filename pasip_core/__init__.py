"""PASIP-AI's reusable core: collecting, understanding, storing and querying public mentions.

Nothing in this package imports Streamlit. The way of the data is one direction:
``sources`` → ``pipeline`` → ``stores`` → ``queries``; people change things through ``commands``.
"""

__version__ = "0.1.0"
