-- GET tasktypes.
dofile("report.lua")
as_user()
wrk.path = tasks .. "/tasktypes"
