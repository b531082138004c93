"""Telling systems outside what happens here: signed, in order, tried again, and never more than each may know."""
