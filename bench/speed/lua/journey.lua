-- schedule, next and result in equal numbers: each task that is claimed is finished by the thread's next request. Answers tell by
-- the task's status which of the three they belong to.
dofile("report.lua")

local schedule, claim
local claimed, turn = {}, 0
local output = '{"output": ' .. os.getenv("BENCH_OUTPUT") .. '}'

function init()
    as_user()
    schedule = wrk.format("POST", tasks .. "/schedule", nil, os.getenv("BENCH_TASK"))
    wrk.headers["Authorization"] = nil
    as_app()
    claim = get("/tasks_provider/next?" .. os.getenv("BENCH_PROVIDER"))
end

function request()
    local id = table.remove(claimed)
    if id then
        return post("/tasks_provider/" .. id .. "/result", output)
    end
    turn = 1 - turn
    return turn == 1 and schedule or claim
end

function response(status, headers, body)
    local id, state = body:match('"id":(%d+).-"status":"STATUS_(%u+)"')
    if state == "RUNNING" then
        table.insert(claimed, id)
    elseif state == "SUCCESSFUL" then
        finished = finished + 1
    elseif status == 204 then
        empty = empty + 1
    elseif state ~= "SCHEDULED" then
        unexpected = unexpected + 1
    end
end
