-- The same in Redis: the key, the balance, a line of the ledger, in one script.
if not redis.call('SET', 'key:' .. ARGV[2], ARGV[3], 'NX', 'EX', 2592000) then return -1 end
redis.call('RPUSH', 'ledger:' .. ARGV[1], ARGV[2] .. ':' .. ARGV[3])
return redis.call('HINCRBY', 'balances', ARGV[1], ARGV[3])
