"""The rules of the product: pure functions and values, over the standard library and NumPy."""
