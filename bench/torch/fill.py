"""Numbers that both sides of the benchmark make for themselves, the same to the bit: see bench/fill.ts."""

import torch

MASK = 0xFFFFFFFF


def uniform(size, seed):
    """`size` float64 numbers in [0, 1): MurmurHash3's finaliser of a counter."""
    h = (torch.arange(size, dtype=torch.int64) + seed * 0x9E3779B1) & MASK
    h = ((h ^ (h >> 16)) * 0x85EBCA6B) & MASK
    h = ((h ^ (h >> 13)) * 0xC2B2AE35) & MASK
    return (h ^ (h >> 16)).double() / 2**32


def fill(shape, seed, deviation=1.0, sign=None):
    """float32, uniform with mean 0 and the given standard deviation; or all of one sign."""
    size = 1
    for n in shape:
        size *= n
    values = (uniform(size, seed) - 0.5) * (deviation * 12**0.5)
    if sign == "positive":
        values = values.abs()
    if sign == "negative":
        values = -values.abs()
    return values.float().reshape(shape)
