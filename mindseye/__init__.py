"""The command line of mindseye."""
