"""A real Home Assistant next to a simulated ParqEx cloud, to try and to check."""
