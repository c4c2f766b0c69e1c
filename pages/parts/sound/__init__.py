"""The sound of a lane: cut into pieces on the server, joined in the browser, as loud as a visitor wants."""
