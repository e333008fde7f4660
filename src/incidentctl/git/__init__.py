"""Read and write a git repository; knows nothing about incidents."""
