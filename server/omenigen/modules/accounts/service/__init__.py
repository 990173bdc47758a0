"""What accounts do: joining, signing in, recovering, changing oneself, leaving, and the operator's part."""
