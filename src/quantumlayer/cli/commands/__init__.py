"""One module for each command of `ql`."""
