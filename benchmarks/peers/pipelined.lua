-- As plaintext.lua, with 16 requests in each write.
local script = debug.getinfo(1, "S").source:sub(2)
dofile((script:gsub("pipelined.lua$", "plaintext.lua")))

local requests

function init(arguments)
  requests = string.rep(wrk.format("GET"), 16)
end

function request()
  return requests
end
