"""Files that annotations are read from and written to. One file a format; nothing names them: the registry finds them.

base  what a format declares and does, and which format a file is of
loss  what a format cannot carry of a document, said before it is dropped
"""
