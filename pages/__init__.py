"""The web pages. ``navigation.py`` is the script that Streamlit runs; every other module is one page."""
