"""What pages are made of; everything here may import Streamlit, nothing outside ``pages`` does."""
