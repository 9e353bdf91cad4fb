"""Home Assistant's web page as its users see it: a real browser, a real Home Assistant."""
