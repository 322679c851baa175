"""The command line: one module per verb, each imported only when it is called.

stdout is data, also when the exit code is not 0; stderr is talk. Exit codes are `core.errors.Exit`.
"""
