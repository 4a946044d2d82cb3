-- What all scripts share: who calls, and what is told at the end. Each thread counts for itself; the last line that wrk
-- prints is the sum, as JSON.
local threads = {}

tasks = "/ocs/v2.php/taskprocessing"
finished, empty, unexpected = 0, 0, 0

wrk.headers["Accept"] = "application/json"
wrk.headers["OCS-APIRequest"] = "true"
wrk.headers["Content-Type"] = "application/json"

function as_user()
    wrk.headers["Authorization"] = os.getenv("BENCH_USER")
end

function as_app()
    wrk.headers["EX-APP-ID"] = "bench"
    wrk.headers["EX-APP-VERSION"] = "1.0.0"
    wrk.headers["AUTHORIZATION-APP-API"] = os.getenv("BENCH_APP")
end

function post(path, body)
    return wrk.format("POST", tasks .. path, nil, body)
end

function get(path)
    return wrk.format("GET", tasks .. path)
end

function setup(thread)
    table.insert(threads, thread)
end

function done(summary, latency)
    local sums = { finished = 0, empty = 0, unexpected = 0 }
    for _, thread in ipairs(threads) do
        for name, sum in pairs(sums) do
            sums[name] = sum + thread:get(name)
        end
    end

    local errors = summary.errors
    print(string.format(
        '{"requests": %d, "bytes": %d, "seconds": %.6f, "failures": %d, "broken": %d, "p50": %d, "p99": %d, "finished": %d, "empty": %d, "unexpected": %d}',
        summary.requests, summary.bytes, summary.duration / 1e6, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99),
        sums.finished, sums.empty, sums.unexpected))
end
