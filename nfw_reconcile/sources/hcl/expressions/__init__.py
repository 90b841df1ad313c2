"""An expression and what it refers to in, its value out."""
