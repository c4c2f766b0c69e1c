"""The app's pages: site.py puts them together, serving.py serves them.

This file imports nothing, so that app.py can say where files lie before gradio is imported.
"""
