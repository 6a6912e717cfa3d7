import type { RedisServer } from '../../support/redis-server.ts';

/** Milliseconds since 1970, by the server's clock. */
export function serverDate(server: RedisServer): number {
  const [seconds, micros] = server.cli('time').split('\n').map(Number);
  return (seconds ?? 0) * 1_000 + (micros ?? 0) / 1_000;
}

/**
 * Makes everything in a server as old as if so many milliseconds had passed: the clock of a real server cannot be moved, but what it
 * holds can. Keys expire sooner, and the moments in shares lie further back.
 */
export const ageScript = `
local by = tonumber(ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key) - by
  if left <= 0 then redis.call('DEL', key)
  else
    redis.call('PEXPIRE', key, left)
    if redis.call('TYPE', key).ok == 'hash' and string.find(key, ':share$') then
      local fields = redis.call('HGETALL', key)
      for i = 1, #fields, 2 do
        if fields[i] == 'refilledAt' then redis.call('HSET', key, fields[i], string.format('%.17g', tonumber(fields[i + 1]) - by))
        elseif fields[i] == 'recoversAt' then redis.call('HSET', key, fields[i], string.format('%.0f', math.max(0, tonumber(fields[i + 1]) - by)))
        elseif string.sub(fields[i], 1, 2) == 'h:' then
          local n = {}
          for part in string.gmatch(fields[i + 1], '%S+') do n[#n + 1] = part end
          n[4] = string.format('%.0f', tonumber(n[4]) - by)
          redis.call('HSET', key, fields[i], table.concat(n, ' '))
        end
      end
    end
  end
end
return 1
`;

export function age(server: RedisServer, ms: number): void {
  server.cli('eval', ageScript, '0', String(ms));
}
