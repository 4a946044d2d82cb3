-- As journey, in batches: fifty times schedule, then next_batch of 50, then all their results in one call.
dofile("report.lua")

local schedule, claim
local batches, turn = {}, 0
local output = os.getenv("BENCH_OUTPUT")

function init()
    as_user()
    schedule = wrk.format("POST", tasks .. "/schedule", nil, os.getenv("BENCH_TASK"))
    wrk.headers["Authorization"] = nil
    as_app()
    claim = get("/tasks_provider/next_batch?numberOfTasks=50&" .. os.getenv("BENCH_PROVIDER"))
end

function request()
    local batch = table.remove(batches)
    if batch then
        return post("/tasks_provider/results", batch)
    end
    turn = (turn + 1) % 51
    return turn == 0 and claim or schedule
end

function response(status, headers, body)
    if body:find('"tasks":[', 1, true) then
        local results = {}
        for id in body:gmatch('"task":{"id":(%d+)') do
            table.insert(results, '{"id": ' .. id .. ', "output": ' .. output .. '}')
        end
        if #results == 0 then
            empty = empty + 1
        else
            table.insert(batches, '{"results": [' .. table.concat(results, ", ") .. ']}')
        end
    elseif status ~= 200 then
        unexpected = unexpected + 1
    elseif not body:find('"status":"STATUS_SCHEDULED"', 1, true) then
        local _, count = body:gsub('"status":"STATUS_SUCCESSFUL"', "")
        finished = finished + count
    end
end
