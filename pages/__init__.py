"""The app's pages: site.py puts them together, serving.py serves them.

Nothing is gathered here, so that app.py can say where files lie before gradio is imported.
"""
