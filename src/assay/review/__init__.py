"""One function per step of a review: intake, examine, judge, report. Called by the command line, the tests and, later,
the workbench and cases; holds no state of its own."""
