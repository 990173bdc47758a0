"""The operator's desk: how every part of the house is, what waits, and what could not be digested."""
