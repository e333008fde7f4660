"""Use cases of a running receiver: whose delivery it is, what it goes by, what it keeps."""
