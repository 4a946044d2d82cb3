-- POST schedule, the same task each time.
dofile("report.lua")
as_user()
wrk.method = "POST"
wrk.path = tasks .. "/schedule"
wrk.body = os.getenv("BENCH_TASK")
