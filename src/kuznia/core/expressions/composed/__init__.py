"""Functions written in other functions of the language; no kernels of their own."""
