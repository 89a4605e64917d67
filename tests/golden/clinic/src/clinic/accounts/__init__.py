"""Who may sign in, and how a caller proves who they are."""
