using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Serilog.Core;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Display;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A whole server of one test's own: real Kestrel on a free loopback port, a real database. A warning or error in its log
/// fails the test when the server is disposed of, unless the test expects it.
/// </summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly bool _ownsDatabase;
    private readonly WebApplication _app;
    private readonly LogWatch _log;
    private int _disposals;

    private TestServer(TestDatabase database, bool ownsDatabase, WebApplication app, LogWatch log)
    {
        _database = database;
        _ownsDatabase = ownsDatabase;
        _app = app;
        _log = log;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
    }

    public Uri Address { get; }

    public string DataDirectory => _database.DataDirectory;

    /// <summary>The warnings and errors so far.</summary>
    public IReadOnlyList<string> Log => [.. _log.Seen];

    /// <summary>Log lines that contain one of these do not fail the test.</summary>
    public ConcurrentBag<string> ExpectedLog => _log.Expected;

    /// <summary>
    /// Starts a server. Built-in and ready-made providers and the brute-force brake are off unless the settings say otherwise.
    /// </summary>
    public static async Task<TestServer> StartAsync(
        DatabaseProvider store = DatabaseProvider.Sqlite,
        TimeProvider? time = null,
        IReadOnlyDictionary<string, string>? settings = null,
        Action<IServiceCollection>? more = null
    ) => await StartAsync(await TestDatabase.CreateAsync(store), ownsDatabase: true, time, settings, more);

    /// <summary>Starts a server on a database that others may have too.</summary>
    public static Task<TestServer> StartAsync(
        TestDatabase database,
        IReadOnlyDictionary<string, string>? settings,
        Action<IServiceCollection>? more = null,
        TimeProvider? time = null
    ) => StartAsync(database, ownsDatabase: false, time, settings, more);

    /// <summary>Starts one more server on the database of this one, to be disposed before it.</summary>
    public Task<TestServer> StartPeerAsync(TimeProvider? time = null, IReadOnlyDictionary<string, string>? settings = null) =>
        StartAsync(_database, ownsDatabase: false, time, settings, more: null);

    private static async Task<TestServer> StartAsync(
        TestDatabase database,
        bool ownsDatabase,
        TimeProvider? time,
        IReadOnlyDictionary<string, string>? settings,
        Action<IServiceCollection>? more
    )
    {
        var all = new Dictionary<string, string>
        {
            ["Urls"] = "http://127.0.0.1:0",
            ["DataDirectory"] = database.DataDirectory,
            ["Store:Provider"] = database.Options.Provider.ToString(),
            ["Store:ConnectionString"] = database.Options.ConnectionString ?? "",
            ["Providers:BuiltIn:Enabled"] = "false",
            ["Providers:ReadyMade:Enabled"] = "false",
            ["BruteForce:Enabled"] = "false",
            // Without listeners; the tests of metrics switch them on.
            ["Metrics:Enabled"] = "false",
            // An operator need not see these warnings; a test does.
            ["Serilog:MinimumLevel:Override:Microsoft.AspNetCore.DataProtection"] = "Warning",
            ["Serilog:MinimumLevel:Override:Microsoft.EntityFrameworkCore"] = "Warning",
            ["Serilog:MinimumLevel:Override:Microsoft.EntityFrameworkCore.Database.Connection"] = "Warning",
            ["Serilog:MinimumLevel:Override:Microsoft.Extensions.Hosting.Internal.Host"] = "Warning",
        };
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            all[key] = value;

        var log = new LogWatch();
        var builder = ServerBuilder.Create([.. all.Select(setting => $"--{setting.Key}={setting.Value}")]).AddTaskProcessing().AddServing();
        builder.Services.AddSingleton<ILogEventSink>(log);
        // A listener hears all meters of a name, those of the servers of other tests too.
        builder.Services.Replace(ServiceDescriptor.Singleton(_ => new TaskMetrics($"TaskProcessing.{Guid.NewGuid():N}")));
        if (time is not null)
            builder.Services.Replace(ServiceDescriptor.Singleton(time));
        more?.Invoke(builder.Services);

        // So that a start does not cost a password hash and print a password.
        if (!await database.Get<IAccountStore>().AnyAsync(CancellationToken.None))
            await database.Get<IAccountStore>().TryAddAsync(NewAccount("root", isAdmin: true), CancellationToken.None);

        var app = builder.Build().UseTaskProcessing();
        await app.StartAsync();
        return new TestServer(database, ownsDatabase, app, log);
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Adds a user, without a password unless one is given; answers an app password.</summary>
    public async Task<string> AddUserAsync(string id, bool isAdmin = false, string? password = null)
    {
        var token = $"token-of-{id}";
        await Get<IAccountStore>()
            .TryAddAsync(NewAccount(id, isAdmin, password is null ? "" : Passwords.Hash(password)), CancellationToken.None);
        await Get<IAccountStore>()
            .AddAppPasswordAsync(
                new AppPassword
                {
                    AccountId = id,
                    Name = "test",
                    TokenHash = Passwords.HashToken(token),
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                CancellationToken.None
            );
        return token;
    }

    /// <summary>Adds a provider app with the secret <c>secret</c>; with an address the server brings it up.</summary>
    public async Task AddExAppAsync(string id, bool enabled = true, string? url = null)
    {
        await Get<IExAppStore>()
            .TryAddAsync(
                new ExApp
                {
                    Id = id,
                    Version = "1.0.0",
                    ProtectedSecret = Get<ExAppSecrets>().Protect("secret"),
                    Url = url,
                    Enabled = enabled,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                CancellationToken.None
            );
        await Get<ChangeWatcher>().RunAsync(CancellationToken.None);
    }

    /// <summary>A client without credentials that asks for JSON and sends the OCS header.</summary>
    public HttpClient Guest()
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        client.DefaultRequestHeaders.Add("Accept", "application/json");
        return client;
    }

    /// <summary>Adds a user; answers a client of that user.</summary>
    public async Task<HttpClient> UserAsync(string id, bool isAdmin = false)
    {
        var client = Guest();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Base64($"{id}:{await AddUserAsync(id, isAdmin)}")
        );
        return client;
    }

    /// <summary>A client of a provider app, which is added unless it is there.</summary>
    public async Task<HttpClient> ExAppAsync(string id, string userId = "", string? url = null)
    {
        await AddExAppAsync(id, url: url);
        var client = Guest();
        client.DefaultRequestHeaders.Add("EX-APP-ID", id);
        client.DefaultRequestHeaders.Add("EX-APP-VERSION", "1.0.0");
        client.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", Base64($"{userId}:secret"));
        return client;
    }

    /// <summary>A test may stop a server before its end.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposals, 1) != 0)
            return;

        await _app.StopAsync();
        await _app.DisposeAsync();
        if (_ownsDatabase)
            await _database.DisposeAsync();
        // Of a server that many tests share, the runner says only that its disposal failed.
        foreach (var line in _log.Unexpected)
            await Console.Error.WriteLineAsync(line);
        _log.Unexpected.Should().BeEmpty("a server under test logs no warnings that the test does not expect");
    }

    public static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static Account NewAccount(string id, bool isAdmin, string passwordHash = "") =>
        new()
        {
            Id = id,
            DisplayName = id,
            PasswordHash = passwordHash,
            IsAdmin = isAdmin,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };

    private sealed class LogWatch : ILogEventSink
    {
        private static readonly MessageTemplateTextFormatter Line = new("{Level}: {Message:lj} {Exception}", CultureInfo.InvariantCulture);

        private readonly ConcurrentQueue<string> _seen = new();

        // Tests keep no secret worth a certificate, PostgreSQL's disk is of no use to them, and Kestrel counts its own seconds
        // on a machine that has others' work to do.
        public ConcurrentBag<string> Expected { get; } =
        ["No XML encryptor configured", "settings off: fsync", "the heartbeat has been running for"];

        public IEnumerable<string> Seen => _seen;

        public IEnumerable<string> Unexpected => _seen.Where(line => !Expected.Any(line.Contains));

        public void Emit(LogEvent logEvent)
        {
            // The lines of requests repeat answers that the test sees itself.
            if (logEvent.Level < LogEventLevel.Warning || Matching.FromSource("Serilog.AspNetCore")(logEvent))
                return;

            using var text = new StringWriter(CultureInfo.InvariantCulture);
            Line.Format(logEvent, text);
            _seen.Enqueue(text.ToString());
        }
    }
}
