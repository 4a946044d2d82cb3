using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>
/// Hears of every statement that SQLite itself runs on a file, whoever sends it, on connections that are opened later. Transactions
/// and settings do not count.
/// </summary>
internal sealed partial class SqliteStatements : IDisposable
{
    private const string Library = "e_sqlite3";
    private const uint WhenItBegins = 1;

    private static readonly string[] Uncounted = ["BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA", "--"];

    private static readonly ConcurrentDictionary<string, SqliteStatements> Watched = new();

    // Kept here, because SQLite calls them for as long as the process lives.
    private static readonly Opened OnOpened = Open;
    private static readonly Traced OnTraced = Trace;

    private readonly ConcurrentQueue<string> _texts = new();
    private readonly GCHandle _handle;
    private readonly string _file;

    static SqliteStatements() => Check(RegisterForNewConnections(OnOpened));

    public SqliteStatements(string file)
    {
        _file = Path.GetFullPath(file);
        _handle = GCHandle.Alloc(this);
        Watched[_file] = this;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Opened(nint connection, nint error, nint api);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Traced(uint kind, nint context, nint statement, nint text);

    /// <summary>Those since the last call.</summary>
    public IReadOnlyList<string> Take()
    {
        var taken = new List<string>();
        while (_texts.TryDequeue(out var text))
            taken.Add(text);
        return taken;
    }

    public void Dispose() => Watched.TryRemove(_file, out _);

    private static int Open(nint connection, nint error, nint api) =>
        Marshal.PtrToStringUTF8(FileOf(connection, "main")) is { } file && Watched.TryGetValue(file, out var statements)
            ? SetTrace(connection, WhenItBegins, OnTraced, GCHandle.ToIntPtr(statements._handle))
            : 0;

    private static int Trace(uint kind, nint context, nint statement, nint text)
    {
        var sql = Marshal.PtrToStringUTF8(text) ?? "";
        if (!Array.Exists(Uncounted, word => sql.StartsWith(word, StringComparison.OrdinalIgnoreCase)))
            ((SqliteStatements)GCHandle.FromIntPtr(context).Target!)._texts.Enqueue(sql);
        return 0;
    }

    private static void Check(int result) => result.Should().Be(0);

    [DllImport(Library, EntryPoint = "sqlite3_auto_extension", CallingConvention = CallingConvention.Cdecl)]
    private static extern int RegisterForNewConnections(Opened opened);

    [DllImport(Library, EntryPoint = "sqlite3_trace_v2", CallingConvention = CallingConvention.Cdecl)]
    private static extern int SetTrace(nint connection, uint mask, Traced traced, nint context);

    [DllImport(Library, EntryPoint = "sqlite3_db_filename", CallingConvention = CallingConvention.Cdecl, CharSet = CharSet.Ansi)]
    private static extern nint FileOf(nint connection, string database);
}
