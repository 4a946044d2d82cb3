#:package Hangfire.Core@1.8.25
#:package Hangfire.PostgreSql@1.21.1
#:package Npgsql@10.0.3
#:property ManagePackageVersionsCentrally=false
#:property PublishAot=false
// Hangfire on PostgreSQL, as bench/peers/run drives it: lines "COMMAND COUNT" on standard input, a line of JSON as the answer of each.
// Usage: hangfire CONNECTION CONCURRENCY. It uses LISTEN and NOTIFY, which is off by default: else a job waits for up to 15 seconds.
using System.Globalization;
using Hangfire;
using Hangfire.PostgreSql;

var (connection, concurrency) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
GlobalConfiguration.Configuration.UsePostgreSqlStorage(
    options => options.UseNpgsqlConnection(connection),
    // A job that a server had fetched when it was stopped waits for so long; by default for 30 minutes.
    new PostgreSqlStorageOptions { EnableLongPolling = true, InvisibilityTimeout = TimeSpan.FromMinutes(1) }
);
var client = new BackgroundJobClient();

while (Console.ReadLine()?.Split(' ') is [var command, var number])
{
    var count = int.Parse(number, CultureInfo.InvariantCulture);
    double[] answer = command switch
    {
        "enqueue" => [Enqueue(count)],
        "work" => [Work(count)],
        "both" => [Both(count)],
        _ => Wait(count),
    };
    Console.WriteLine($"[{string.Join(", ", answer.Select(seconds => seconds.ToString("0.000000", CultureInfo.InvariantCulture)))}]");
}

// Seconds until all callers have added that many jobs.
double Enqueue(int count)
{
    var began = TimeProvider.System.GetTimestamp();
    var left = count;
    var callers = new List<Thread>();
    for (var caller = 0; caller < concurrency; caller++)
    {
        callers.Add(
            new Thread(() =>
            {
                while (Interlocked.Decrement(ref left) >= 0)
                    client.Enqueue(() => Job.Run(Job.Text));
            })
        );
    }

    callers.ForEach(caller => caller.Start());
    callers.ForEach(caller => caller.Join());
    return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
}

// Seconds from the first job that runs to the last one.
double Work(int count)
{
    Job.Expect(count);
    using var server = Server();
    Job.Done.WaitOne();
    return TimeProvider.System.GetElapsedTime(Job.First, Job.Last).TotalSeconds;
}

// Seconds from the first call to the end of the last job, with callers and workers at the same time.
double Both(int count)
{
    Job.Expect(count);
    using var server = Server();
    var began = TimeProvider.System.GetTimestamp();
    Enqueue(count);
    Job.Done.WaitOne();
    return TimeProvider.System.GetElapsedTime(began, Job.Last).TotalSeconds;
}

// Seconds from the call to the job, each on an idle server.
double[] Wait(int count)
{
    using var server = Server();
    Thread.Sleep(1000);
    var times = new double[count];
    for (var job = 0; job < count; job++)
    {
        Job.Expect(1);
        Thread.Sleep(20);
        var began = TimeProvider.System.GetTimestamp();
        client.Enqueue(() => Job.Run(Job.Text));
        Job.Done.WaitOne();
        times[job] = TimeProvider.System.GetElapsedTime(began, Job.First).TotalSeconds;
    }

    return times;
}

BackgroundJobServer Server() => new(new BackgroundJobServerOptions { WorkerCount = concurrency });

/// <summary>The job: it does nothing but say when.</summary>
internal static class Job
{
    private static int _left;

    public static string Text { get; } =
        string.Concat(
            Enumerable.Repeat("Once upon a time there was a queue in which nothing was lost and nobody waited longer than necessary. ", 3)
        );

    public static AutoResetEvent Done { get; } = new(false);

    public static long First { get; private set; }

    public static long Last { get; private set; }

    public static void Expect(int count) => (First, _left) = (0, count);

    public static void Run(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var now = TimeProvider.System.GetTimestamp();
        if (First == 0)
            First = now;
        if (Interlocked.Decrement(ref _left) > 0)
            return;

        Last = now;
        Done.Set();
    }
}
