"""The association's figures: who stays, who leaves, who gives again, and what it brings."""
