#!/bin/sh
# A user's shell that runs nothing: it tells how it was called.
echo "custom shell: $#: $1 $2"
