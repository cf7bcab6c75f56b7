"""Runs a notebook by nbclient, which nbconvert and papermill use, and writes it with its outputs.

usage: execute.py SOURCE TARGET FOLDER SECONDS   (FOLDER: where the cells run; SECONDS: for one cell)
"""

import sys

import nbformat
from nbclient import NotebookClient

source, target, folder, seconds = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(
    notebook,
    timeout=int(seconds),
    kernel_name="deno",
    resources={"metadata": {"path": folder}},
    allow_errors=True,  # they are in the outputs, where they are looked for
)
client.execute()
nbformat.write(notebook, target)
