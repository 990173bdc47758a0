"""What media does: draw pictures anew, keep them, let them go."""
