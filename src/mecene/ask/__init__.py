"""Ask: which amounts to suggest to a donor, and what each would cost them."""
