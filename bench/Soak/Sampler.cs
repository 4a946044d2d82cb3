using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.Diagnostics.NETCore.Client;

namespace Soak;

/// <summary>Looks every second at the server's process, its metrics, its database and its files.</summary>
internal sealed class Sampler : IDisposable
{
    public const string Heap = "heap after a collection";

    private const double Megabyte = 1024 * 1024;
    private const int RowsEvery = 5;
    private const int CollectEvery = 15;

    /// <summary>Of the runtime's events: the one that begins with a full collection.</summary>
    private const long CollectsHeap = 0x800000;

    private readonly SoakedServer _server;
    private readonly Tables _tables;
    private readonly Stopwatch _clock;
    private readonly HttpClient _http;
    private readonly Dictionary<string, Series> _series;

    public Sampler(SoakedServer server, Tables tables, SoakOptions options, Stopwatch clock)
    {
        (_server, _tables, _clock) = (server, tables, clock);
        _http = new HttpClient { BaseAddress = server.Program.Address, Timeout = TimeSpan.FromSeconds(5) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SoakedServer.MetricsToken);
        _series = All(options.PostgreSqlPrograms is not null).ToDictionary(series => series.Name);
    }

    public IReadOnlyCollection<Series> Series => _series.Values;

    /// <summary>The moments at which the server was started anew.</summary>
    public List<double> Restarts { get; } = [];

    public double Now => _clock.Elapsed.TotalSeconds;

    public async Task RunAsync(CancellationToken stopping)
    {
        for (var second = 0; !stopping.IsCancellationRequested; second++)
        {
            try
            {
                await SampleAsync(second, stopping);
                await Task.Delay(TimeSpan.FromSeconds(1), stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) { }
            catch (Exception error)
                when (error
                        is HttpRequestException
                            or IOException
                            or UnauthorizedAccessException
                            or OperationCanceledException
                            or InvalidOperationException
                            or ServerNotAvailableException
                            or DiagnosticsClientException
                            or TimeoutException
                )
            {
                // The server is being started anew.
                await Task.Delay(TimeSpan.FromMilliseconds(500), CancellationToken.None);
            }
        }
    }

    /// <summary>The levels at rest: of nine samples in a row the median.</summary>
    public async Task<IReadOnlyDictionary<string, double>> MeasureAsync(CancellationToken cancellationToken)
    {
        var from = Now;
        for (var sample = 0; sample < 9; sample++)
        {
            await SampleAsync(second: 0, cancellationToken);
            await Task.Delay(TimeSpan.FromMilliseconds(300), cancellationToken);
        }

        return _series.Values.ToDictionary(
            series => series.Name,
            series => Median([.. series.Samples.Where(sample => sample.At >= from).Select(sample => sample.Value)])
        );
    }

    public void Dispose() => _http.Dispose();

    private static IEnumerable<Series> All(bool isPostgreSql) =>
        [
            new("memory", "MB") { Growth = new(0.1, 12), Rise = new(0.5, 40) },
            new(Heap, "MB") { Growth = new(0.1, 3), Rise = new(0.25, 6) },
            new("handles", "") { Growth = new(0.05, 12), Rise = new(0.05, 12) },
            new("threads", "") { Growth = new(0.1, 6), Rise = new(0, 8) },
            new("timers", "") { Growth = new(0.1, 12), Rise = new(0, 6) },
            new("connections", "") { Growth = new(0.2, 12), Rise = new(0, 2) },
            new("streams and long polls", "") { Growth = new(0.2, 6), Rise = new(0, 0) },
            new("rows", "")
            {
                Growth = new(0.15, 50),
                Rise = new(0, 0),
                IsSwept = true,
            },
            new("database", "MB") { Growth = new(0.1, 1), Rise = new(0, 4) },
            .. isPostgreSql
                ? [new("database sessions", "") { Growth = new(0.1, 4), Rise = new(0, 6) }]
                : new Series[]
                {
                    new("write-ahead log", "MB") { Growth = new(0.1, 4), Rise = new(0, 20) },
                },
            new("contents", "")
            {
                Growth = new(0.15, 30),
                Rise = new(0, 0),
                IsSwept = true,
            },
            new("contents' size", "MB")
            {
                Growth = new(0.15, 5),
                Rise = new(0, 0),
                IsSwept = true,
            },
            new("directories of runs", "") { Growth = new(0, 1), Rise = new(0, 1) },
        ];

    private async Task SampleAsync(int second, CancellationToken cancellationToken)
    {
        var at = Now;
        var process = _server.Program.ProcessId;
        var status = await File.ReadAllLinesAsync($"/proc/{process}/status", cancellationToken);
        var metrics = (await _http.GetStringAsync("/metrics", cancellationToken)).Split('\n');
        Add("memory", Number(status.First(line => line.StartsWith("VmRSS", StringComparison.Ordinal)).Split(' ')[^2]) / 1024);
        Add("threads", Number(status.First(line => line.StartsWith("Threads", StringComparison.Ordinal)).Split('\t')[1]));
        Add("handles", Directory.GetFileSystemEntries($"/proc/{process}/fd").Length);
        Add("timers", Sum(metrics, "dotnet_timer_count"));
        Add("connections", Sum(metrics, "kestrel_active_connections"));
        Add("streams and long polls", Sum(metrics, "taskprocessing_waiters"));

        var files = Files(_server.DataDirectory);
        var contents = files
            .Where(file => file.FullName.StartsWith(Path.Combine(_server.DataDirectory, "files") + "/", StringComparison.Ordinal))
            .ToList();
        Add("contents", contents.Count);
        Add("contents' size", contents.Sum(Length) / Megabyte);
        Add(
            "directories of runs",
            Directory.GetDirectories(Path.GetTempPath(), "taskprocessing-runs-*").Sum(root => 1 + Directory.GetDirectories(root).Length)
        );
        if (_series.ContainsKey("write-ahead log"))
        {
            Add("database", files.Where(file => file.Name == "taskprocessing.db").Sum(Length) / Megabyte);
            Add("write-ahead log", files.Where(file => file.Name == "taskprocessing.db-wal").Sum(Length) / Megabyte);
        }

        if (second % CollectEvery == 0)
        {
            Collect(process);
            Add(
                Heap,
                Sum((await _http.GetStringAsync("/metrics", cancellationToken)).Split('\n'), "dotnet_gc_last_collection_heap_size")
                    / Megabyte
            );
        }

        if (second % RowsEvery == 0)
        {
            var rows = await _tables.CountAsync(cancellationToken);
            Add("rows", rows.Where(table => table.Key is not (Tables.Size or Tables.Sessions)).Sum(table => table.Value));
            if (rows.TryGetValue(Tables.Size, out var size))
                Add("database", size / Megabyte);
            if (rows.TryGetValue(Tables.Sessions, out var sessions))
                Add("database sessions", sessions);
        }

        void Add(string name, double value) => _series[name].Samples.Add((at, value));
    }

    /// <summary>Has the process collect its whole heap: else what grows and what only waits for a collection look the same.</summary>
    private static void Collect(int process)
    {
        var client = new DiagnosticsClient(process);
        using var session = client.StartEventPipeSession(
            [new EventPipeProvider("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, CollectsHeap)],
            requestRundown: false,
            circularBufferMB: 4
        );
        // The session's stream ends with the session.
        var read = Task.Run(() => session.EventStream.CopyTo(Stream.Null));
        session.Stop();
        read.Wait(TimeSpan.FromSeconds(10));
    }

    private static List<FileInfo> Files(string directory) =>
        [
            .. new DirectoryInfo(directory).EnumerateFiles(
                "*",
                new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }
            ),
        ];

    /// <summary>A file may be gone meanwhile.</summary>
    private static double Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0;
        }
    }

    private static double Sum(string[] metrics, string name) =>
        metrics.Where(line => line.StartsWith(name, StringComparison.Ordinal)).Sum(ValueOf);

    /// <summary>The name, labels in braces, the value, and sometimes a time.</summary>
    private static double ValueOf(string line) =>
        Number(
            line[(line.LastIndexOf('}') is var end and >= 0 ? end + 1 : line.IndexOf(' ', StringComparison.Ordinal))..].Trim().Split(' ')[0]
        );

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static double Median(double[] values) => values.Length == 0 ? double.NaN : values.Order().ElementAt(values.Length / 2);
}
