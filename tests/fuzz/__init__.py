"""Whatever ParqEx, or what is on the way to it, may send: only documented errors."""
