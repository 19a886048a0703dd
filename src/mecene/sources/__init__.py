"""Sources: what a file says, row by row, and why a row could not be read."""
