"""The ear's network: what it looks like, how it learns, and how it becomes a file that the program carries."""
