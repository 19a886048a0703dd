"""Rights: what a person may ask about what is known of them."""
