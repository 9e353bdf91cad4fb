"""What voice assistants and their like make of the switch and the cover."""
