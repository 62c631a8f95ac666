"""The library: arrays and frames in, values out.

Nothing here reads a clock, a file, the network or a global. Time is axis 1 of every panel array
``(N, T)`` (instrument, time) and axis 0 of every simulation array ``(T, N)``; both are C-contiguous
float64, and NaN means *not known*.
"""
