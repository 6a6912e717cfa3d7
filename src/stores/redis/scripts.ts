/**
 * The scripts of the store: each is one atomic step on the server, on the server's clock. `TIME` is allowed in a script that
 * writes because effects are replicated, not scripts (the default since Redis 5:
 * https://redis.io/docs/latest/develop/interact/programmability/eval-intro/). Figures come in and go out as text, because Lua's
 * replies truncate fractions and print large numbers with an exponent.
 */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(n) return string.format('%.0f', n) end
`;

/** KEYS: value. */
export const getScript = `return redis.call('GET', KEYS[1])`;

/** KEYS: value. ARGV: version and value, ttl, `always` | `absent` | the version that it must have. */
export const setScript = `
local mode = ARGV[3]
if mode ~= 'always' then
  local before = redis.call('GET', KEYS[1])
  if mode == 'absent' then
    if before then return 0 end
  elseif not before or string.sub(before, 1, #mode) ~= mode then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`;

/** KEYS: any one. */
export const deleteScript = `return redis.call('DEL', KEYS[1])`;

/**
 * KEYS: knowledge. ARGV: of each key its ttl, the number of fields to add, these with their amounts, the number of fields to keep
 * the largest of, these with their amounts. Amounts are compared and added by Redis, as integers of 64 bits.
 */
export const publishScript = `
local at = 1
local function take() at = at + 1; return ARGV[at - 1] end
for _, key in ipairs(KEYS) do
  local ttl = tonumber(take())
  for _ = 1, tonumber(take()) do
    local field = take()
    redis.call('HINCRBY', key, field, take())
  end
  for _ = 1, tonumber(take()) do
    local field, value = take(), take()
    local before = redis.call('HGET', key, field)
    if not before or tonumber(before) < tonumber(value) then redis.call('HSET', key, field, value) end
  end
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, ttl) end
end
return 1
`;

/** KEYS: any one of the slot, then knowledge. Replies with the time, then the fields and amounts of each key as one list. */
export const readScript = `${now}
local reply = { text(now) }
for i = 2, #KEYS do reply[i] = redis.call('HGETALL', KEYS[i]) end
return reply
`;

/**
 * What \`lease\` and \`settle\` have in common. A share is a hash: \`used\`, \`refilledAt\`, \`record\`, \`restored\`, \`recoversAt\`, and for each holder a
 * field \`h:<name>\` with its sequence, total, granted, expiresAt, whether its expired part has been written off, and its last answer:
 * granted, used, held, holders, now, record, recoversAt. The same algorithm as in stores/shared/share.ts.
 */
const share = `${now}
local key, name = KEYS[1], ARGV[1]
local sequence, total = tonumber(ARGV[2]), tonumber(ARGV[3])
local used, refilledAt, record, restored, recoversAt, holders = 0, now, time[1] * 1000000 + time[2], 0, 0, {}
local fields = redis.call('HGETALL', key)
local exists = #fields > 0
for i = 1, #fields, 2 do
  local field, value = fields[i], fields[i + 1]
  if field == 'used' then used = tonumber(value)
  elseif field == 'refilledAt' then refilledAt = tonumber(value)
  elseif field == 'record' then record = tonumber(value)
  elseif field == 'restored' then restored = tonumber(value)
  elseif field == 'recoversAt' then recoversAt = tonumber(value)
  else
    local n = {}
    for part in string.gmatch(value, '%S+') do n[#n + 1] = tonumber(part) end
    holders[string.sub(field, 3)] = { sequence = n[1], total = n[2], granted = n[3], expiresAt = n[4], written = n[5], answer = { n[6], n[7], n[8], n[9], n[10], n[11], n[12] } }
  end
end
local before = holders[name]
local function save(holder, h)
  local n = { h.sequence, h.total, h.granted, h.expiresAt, h.written }
  for i = 1, 7 do n[5 + i] = h.answer[i] end
  for i = 1, 12 do n[i] = text(n[i]) end
  redis.call('HSET', key, 'h:' .. holder, table.concat(n, ' '))
end
local function writtenOff()
  if before and before.written == 1 then return before.granted end
  return 0
end
local function book()
  local booked = 0
  if before then booked = before.total end
  used = math.max(0, used + total - booked - writtenOff())
end
`;

/** KEYS: share. ARGV: holder, sequence, used, limit, want, ttl, `used` | `returned`, refill or 0, keep, when to forget a holder, reserved, least, and of
 * the last lease record (or an empty text), used, usedSince, pause. */
export const leaseScript = `${share}
local function answerOf(h)
  local reply = {}
  for i = 1, 7 do reply[i] = text(h.answer[i]) end
  return reply
end
if before and sequence <= before.sequence then return answerOf(before) end
local limit, want, ttl = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local refill, keep, forget = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local others, held = 0, 0
for holder, h in pairs(holders) do
  if h.granted > 0 and h.written == 0 and h.expiresAt <= now then
    if ARGV[7] == 'returned' then h.granted = 0
    else used = used + h.granted; h.written = 1 end
    if holder ~= name then save(holder, h) end
  end
  if holder ~= name then
    if h.granted > 0 and h.written == 0 then others = others + 1; held = held + h.granted
    elseif h.expiresAt + forget <= now then redis.call('HDEL', key, 'h:' .. holder) end
  end
end
if refill > 0 then
  local units = math.floor((now - refilledAt) * limit / refill)
  if units > 0 then
    used = math.max(0, used - units)
    if used == 0 then refilledAt = now else refilledAt = refilledAt + units * refill / limit end
  end
end
local lastRecord = tonumber(ARGV[13])
local sequenceBefore = 0
if before then sequenceBefore = before.sequence end
if lastRecord and (lastRecord ~= record or sequence > sequenceBefore + 1) then
  local isOlderState = lastRecord == record
  if (isOlderState and now >= recoversAt + forget) or (not isOlderState and recoversAt == 0) then
    recoversAt = now + tonumber(ARGV[16])
    if isOlderState then restored = used end
  end
  local missing = math.max(0, tonumber(ARGV[14]) - restored)
  restored = restored + missing
  used = math.max(0, used + missing + tonumber(ARGV[15]) - writtenOff())
else
  book()
end
local reserved, least = tonumber(ARGV[11]), tonumber(ARGV[12])
local free = math.max(0, limit - used - held - reserved)
local needed = math.max(1, least - reserved)
local most = math.max(needed, math.floor(free / (others + 1)))
local granted = reserved
local paused = 0
if now < recoversAt then paused = recoversAt
elseif free >= needed then granted = reserved + math.max(0, math.min(want - reserved, free, most)) end
local own = { sequence = sequence, total = total, granted = granted, expiresAt = now + ttl, written = 0, answer = { granted, used, held, others, now, record, paused } }
save(name, own)
redis.call('HSET', key, 'used', text(used), 'refilledAt', string.format('%.17g', refilledAt), 'record', text(record), 'restored', text(restored), 'recoversAt', text(recoversAt))
redis.call('PEXPIRE', key, keep)
return answerOf(own)
`;

/** KEYS: share. ARGV: holder, sequence, used. */
export const settleScript = `${share}
if not before or sequence <= before.sequence then return 0 end
book()
before.sequence, before.total, before.granted, before.written = sequence, total, 0, 0
save(name, before)
redis.call('HSET', key, 'used', text(used))
return 1
`;

/** KEYS: the channel, for its slot only. ARGV: channel, message. */
export const notifyScript = `return redis.call('PUBLISH', ARGV[1], ARGV[2])`;
