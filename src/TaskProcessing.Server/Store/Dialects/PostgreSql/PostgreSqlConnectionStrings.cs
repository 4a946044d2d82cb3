using Npgsql;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The connection strings of a server, made of those in its settings.</summary>
internal sealed class PostgreSqlConnectionStrings
{
    /// <summary>
    /// The number of statements that a connection keeps prepared; the hot ones are about twenty. A connection string for
    /// a pooler without support for them sets 0.
    /// </summary>
    private const int PreparedStatements = 60;

    /// <summary>
    /// The pool of a server, unless the connection string says otherwise. With Npgsql's 100 one server could take all connections that
    /// PostgreSQL allows by default.
    /// </summary>
    private const int PooledConnections = 30;

    /// <summary>The timeout of a connection where there are several hosts to try, unless the connection string says otherwise.</summary>
    private const int SecondsForEachHost = 5;

    /// <summary>
    /// Each hot statement has an index in its order. PostgreSQL's statistics of a young table are wrong until it has
    /// analysed the table, and a plan that is made then is kept: it would read and sort the whole queue. A sort that is
    /// still needed, of the few candidates of several types, looks so expensive then that it would be compiled; so
    /// compilation is off.
    /// </summary>
    private static readonly string[] Planner = ["enable_seqscan", "enable_bitmapscan", "enable_sort", "jit"];

    /// <param name="connectionString">The setting <c>Store:ConnectionString</c>.</param>
    /// <param name="directConnectionString">The setting <c>Store:DirectConnectionString</c>; set where the other leads to a pooler.</param>
    public PostgreSqlConnectionStrings(string? connectionString, string? directConnectionString)
    {
        HasPooler = !string.IsNullOrEmpty(directConnectionString);
        Common = Read(connectionString, nameof(StoreOptions.ConnectionString));
        if (HasPooler)
        {
            // A pooler takes no options at a connect, and gives the next transaction another connection.
            Common.Options = null;
            Common.NoResetOnClose = true;
        }

        Pooled = Common.ToString();
        Batches = new NpgsqlConnectionStringBuilder(Pooled)
        {
            Pooling = false,
            HostRecheckSeconds = 0,
            Options = HasPooler ? null : Common.Options + PlannerOptions,
        }.ToString();
        Counts = new NpgsqlConnectionStringBuilder(Batches)
        {
            Options = HasPooler ? null : Common.Options + PlannerOptions + " -c synchronous_commit=off",
        }.ToString();
        Direct = new NpgsqlConnectionStringBuilder(
            HasPooler ? Read(directConnectionString, nameof(StoreOptions.DirectConnectionString)).ToString() : Pooled
        )
        {
            Pooling = false,
            HostRecheckSeconds = 0,
        }.ToString();
    }

    public static bool NamesSeveralHosts(NpgsqlConnectionStringBuilder builder) => builder.Host?.Contains(',') == true;

    /// <summary>The hosts as the driver reads them.</summary>
    public static IReadOnlyList<(string Name, string Port)> HostsOf(NpgsqlConnectionStringBuilder builder) =>
        [
            .. builder
                .Host!.Split(',', StringSplitOptions.TrimEntries)
                .Select(host =>
                    host.LastIndexOf(':') is var colon and > 0 && (host[colon - 1] == ']' || host.IndexOf(':') == colon)
                        ? (host[..colon], host[(colon + 1)..])
                        : (host, $"{builder.Port}")
                ),
        ];

    /// <summary>Which of several hosts is wanted.</summary>
    public static TargetSessionAttributes TargetOf(NpgsqlConnectionStringBuilder builder) =>
        Enum.Parse<TargetSessionAttributes>(builder.TargetSessionAttributes!.Replace("-", ""), ignoreCase: true);

    /// <summary>The options of the batchers' connections, as libpq takes them.</summary>
    public static string PlannerOptions => string.Concat(Planner.Select(setting => $" -c {setting}=off"));

    /// <summary>True when <see cref="Pooled"/> leads to a pooler that gives each transaction another connection.</summary>
    public bool HasPooler { get; }

    /// <summary>As <see cref="Pooled"/>, in parts.</summary>
    public NpgsqlConnectionStringBuilder Common { get; }

    /// <summary>The hosts with their ports, for messages.</summary>
    public string Hosts => string.Join(", ", HostsOf(Common).Select(host => $"{host.Name}:{host.Port}"));

    /// <summary>For ordinary statements.</summary>
    public string Pooled { get; }

    /// <summary>For the batchers of hot statements.</summary>
    public string Batches { get; }

    /// <summary>For the batcher of what is counted.</summary>
    public string Counts { get; }

    /// <summary>For what needs a connection of its own for long: notifications, the lock of migrations. Not pooled.</summary>
    public string Direct { get; }

    /// <summary>What a batch begins with where its connection cannot have the options; null where it has them.</summary>
    public string? BatchSettings => HasPooler ? Settings("synchronous_commit=on") : null;

    /// <inheritdoc cref="BatchSettings"/>
    public string? CountSettings => HasPooler ? Settings("synchronous_commit=off") : null;

    private static string Settings(string commit) =>
        "SELECT "
        + string.Join(
            ", ",
            Planner
                .Select(setting => $"{setting}=off")
                .Append(commit)
                .Select(setting => setting.Split('='))
                .Select(setting => $"set_config('{setting[0]}', '{setting[1]}', true)")
        );

    private static NpgsqlConnectionStringBuilder Read(string? connectionString, string setting)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(builder.Host))
            throw new ArgumentException(
                $"PostgreSQL needs Store:{setting}, such as \"Host=db;Database=taskprocessing;Username=…;Password=…\"."
            );

        builder.ApplicationName ??= "taskprocessing";
        builder.Options ??= "-c synchronous_commit=on";
        var given = builder.Keys.Cast<string>().ToHashSet();
        if (!given.Contains("Max Auto Prepare"))
            builder.MaxAutoPrepare = PreparedStatements;
        if (!given.Contains("Maximum Pool Size"))
            builder.MaxPoolSize = Math.Max(PooledConnections, builder.MinPoolSize);
        if (NamesSeveralHosts(builder))
        {
            if (!given.Contains("Target Session Attributes"))
                builder.TargetSessionAttributes = "primary";
            if (!given.Contains("Timeout"))
                builder.Timeout = SecondsForEachHost;
            // PostgreSqlPool forgets sooner, whenever a connection fails.
            if (!given.Contains("Host Recheck Seconds"))
                builder.HostRecheckSeconds = 3600;
        }

        return builder;
    }
}
