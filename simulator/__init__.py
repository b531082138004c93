"""The planner's simulator: made-up callers and people drive the very kernel that the live engine drives."""
