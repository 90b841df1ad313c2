"""The files of one revision: a directory on disk, or a commit in git's object store. The only I/O of this room."""
