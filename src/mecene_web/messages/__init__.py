"""Messages: what is written to donors, and whether it left, arrived, or was rightly held back."""
