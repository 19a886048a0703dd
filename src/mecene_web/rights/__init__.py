"""Rights: what people may ask of us, and how long we keep what we know of them."""
