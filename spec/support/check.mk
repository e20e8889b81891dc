# Tests, lint and their helpers; included by the Makefile.
