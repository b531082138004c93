"""The fast driver: one compiled loop over the kernel's own choices."""
