"""Reads X of an .h5ad by slices of rows, as bench/read_h5ad.ts does, and prints the time in seconds without opening.

    python3 read_h5ad.py FILE ROWS h5py|anndata
"""
import json
import sys
import time


def by_h5py(path, step):
    import h5py

    with h5py.File(path) as f:
        x = f["X"]
        pointers, data, indices = x["indptr"][:], x["data"], x["indices"]
        rows = len(pointers) - 1
        yield 0, 0
        for start in range(0, rows, step):
            a, b = pointers[start], pointers[min(start + step, rows)]
            yield len(data[a:b]), len(indices[a:b])


def by_anndata(path, step):
    import anndata

    x = anndata.read_h5ad(path, backed="r")
    yield 0, 0
    for start in range(0, x.n_obs, step):
        block = x.X[start : start + step]
        yield block.nnz, len(block.indices)


path, step, method = sys.argv[1], int(sys.argv[2]), {"h5py": by_h5py, "anndata": by_anndata}[sys.argv[3]]
slices = method(path, step)
next(slices)  # the file is open
start = time.perf_counter()
values = sum(n for n, _ in slices)
print(json.dumps({"seconds": time.perf_counter() - start, "values": values}))
