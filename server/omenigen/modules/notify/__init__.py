"""What happened to a player while looking elsewhere: notices, told once, readable in both languages."""
