"""The fault matrix: every endpoint in every kind of trouble, and what is true then."""
