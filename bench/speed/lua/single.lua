-- next and result: each task that is claimed is finished by one of the next requests of the same thread. Answers tell by
-- the task's status which of the two they belong to.
dofile("report.lua")
as_app()

local claim
local claimed = {}
local output = '{"output": ' .. os.getenv("BENCH_OUTPUT") .. '}'

function init()
    claim = get("/tasks_provider/next?" .. os.getenv("BENCH_PROVIDER"))
end

function request()
    local id = table.remove(claimed)
    return id and post("/tasks_provider/" .. id .. "/result", output) or claim
end

function response(status, headers, body)
    local id, state = body:match('"id":(%d+).-"status":"STATUS_(%u+)"')
    if state == "RUNNING" then
        table.insert(claimed, id)
    elseif state == "SUCCESSFUL" then
        finished = finished + 1
    elseif status == 204 then
        empty = empty + 1
    else
        unexpected = unexpected + 1
    end
end
