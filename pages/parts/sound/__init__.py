"""Sound of the parts: cut into pieces on the server, joined in the browser, as loud as a visitor wants it."""
