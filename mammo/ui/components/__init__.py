"""Small browser components of our own, one module each; they take their colors from Streamlit's CSS variables."""
