"""Running programs that nobody vouches for: generated code, and tools that execute it."""
