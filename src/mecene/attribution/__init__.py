"""Attribution: what people met before they acted, and what each channel may be credited with."""
