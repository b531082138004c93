"""Who is asking, how they proved it, what they may see, and who looked at what."""
