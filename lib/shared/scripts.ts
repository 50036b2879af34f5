/** Longer than any record is kept. */
const INDEX_MS = 3 * 24 * 3600 * 1000;

/**
 * What daemons have done on the server, which alone says what time it is. A record of a subject is `CHANGED ENDS REST`: when
 * it was written and when the lock ends, in milliseconds; an end of 0 says that the lockout was ended, and when.
 */
const NOW = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(number) return string.format('%.0f', number) end
`;

/** KEYS: records. Answers the time and the records. */
export const LOOK = `${NOW}
return { text(now), redis.call('mget', unpack(KEYS)) }`;

/** KEYS: index. ARGV: since when, how many at most, prefix of records. Answers the time and the newest records. */
export const CHANGES = `${NOW}
local names = redis.call('zrevrangebyscore', KEYS[1], '+inf', ARGV[1], 'limit', 0, ARGV[2])
for index, name in ipairs(names) do names[index] = ARGV[3] .. name end
return { text(now), #names == 0 and {} or redis.call('mget', unpack(names)) }`;

/**
 * Keeps a lock, unless one that ends later is there, or it was ended since it began. KEYS: record, index. ARGV: name in the
 * index, age and what is left of the lock, rest of the record, for how long to keep it, the most of the index.
 */
export const KEEP = `${NOW}
local changed, ends = string.match(redis.call('get', KEYS[1]) or '', '^(%d+) (%d+) ')
local begun, till = now - ARGV[2], now + ARGV[3]
if ends and (tonumber(ends) >= till or (ends == '0' and tonumber(changed) >= begun)) then return 0 end
redis.call('set', KEYS[1], text(now) .. ' ' .. text(till) .. ' ' .. ARGV[4], 'px', ARGV[5])
redis.call('zadd', KEYS[2], now, ARGV[1])
redis.call('zremrangebyrank', KEYS[2], 0, -1 - ARGV[6])
redis.call('pexpire', KEYS[2], ${INDEX_MS})
return 1`;

/**
 * Ends a lockout and its counting. KEYS: record, index, failures, proof. ARGV: name in the index, rest of the record, for how
 * long to keep it, whether to say so although there is no lock, for how long to keep the proof (0: it proves nothing).
 */
export const END = `${NOW}
redis.call('del', KEYS[3])
if ARGV[4] == '1' or redis.call('get', KEYS[1]) then
  redis.call('set', KEYS[1], text(now) .. ' 0 ' .. ARGV[2], 'px', ARGV[3])
  redis.call('zadd', KEYS[2], now, ARGV[1])
  redis.call('pexpire', KEYS[2], ${INDEX_MS})
end
if ARGV[5] ~= '0' then redis.call('set', KEYS[4], '1', 'px', ARGV[5]) end
return 1`;

/** Takes a place. KEYS: places. ARGV: how many there are, for how long it is leased, whose it is. Answers 0 if none is free. */
export const ENTER = `${NOW}
redis.call('zremrangebyscore', KEYS[1], '-inf', now)
if redis.call('zcard', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('zadd', KEYS[1], now + ARGV[2], ARGV[3])
redis.call('pexpire', KEYS[1], ARGV[2])
return 1`;

/** Leases places again, those that were lost too. KEYS: places. ARGV: for how long, whose they are. */
export const RENEW = `${NOW}
for index = 2, #ARGV do redis.call('zadd', KEYS[1], now + ARGV[1], ARGV[index]) end
redis.call('pexpire', KEYS[1], ARGV[1])
return 1`;

/** Gives a place back. KEYS: places. ARGV: whose it is. */
export const LEAVE = "return redis.call('zrem', KEYS[1], ARGV[1])";
