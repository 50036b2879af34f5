#!/bin/sh
# Runs `node --test` with these words in two processes, each with half of the files. Succeeds if both do.
node --test --test-shard=1/2 "$@" &
first=$!
node --test --test-shard=2/2 "$@"
second=$?
wait "$first" && exit "$second"
