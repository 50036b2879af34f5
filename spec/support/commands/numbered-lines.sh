# 268435456 bytes in which no two places look alike for long.
exec yes "$(seq -s ' ' 1 2000)" | head -c 268435456
