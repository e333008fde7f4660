"""What a forge tells its workflows."""
