"""What tells the language of a text."""
