"""What accounts decide without looking anything up."""
