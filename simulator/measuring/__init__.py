"""What is counted, and the measures with their intervals."""
