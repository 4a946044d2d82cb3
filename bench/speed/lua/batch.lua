-- next_batch of 50, then a result for each of them.
dofile("report.lua")
as_app()

local claim
local claimed = {}
local output = '{"output": ' .. os.getenv("BENCH_OUTPUT") .. '}'

function init()
    claim = get("/tasks_provider/next_batch?numberOfTasks=50&" .. os.getenv("BENCH_PROVIDER"))
end

function request()
    local id = table.remove(claimed)
    return id and post("/tasks_provider/" .. id .. "/result", output) or claim
end

function response(status, headers, body)
    if body:find('"tasks":[', 1, true) then
        local before = #claimed
        for id in body:gmatch('"task":{"id":(%d+)') do
            table.insert(claimed, id)
        end
        if #claimed == before then
            empty = empty + 1
        end
    elseif body:find('"status":"STATUS_SUCCESSFUL"', 1, true) then
        finished = finished + 1
    else
        unexpected = unexpected + 1
    end
end
