using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// SQLite writes each page of a commit to its write-ahead log with two calls of the operating system, one of them for 24
/// bytes. This takes the place of the log's file in a connection: it keeps what SQLite writes, as long as each piece follows
/// the one before, and hands it on in one piece before SQLite asks the file anything else, such as to be on disk. A commit of
/// a dozen tasks makes one call instead of forty.
/// </summary>
/// <remarks>
/// Others are shown a commit after it is on disk (<c>synchronous=FULL</c>), so that nobody looks for what is not handed on
/// yet; and what is lost with the process was not committed. See https://sqlite.org/c3ref/io_methods.html
/// </remarks>
internal static unsafe partial class GatheredLog
{
    /// <summary>SQLite writes no more than 128 KB at once.</summary>
    private const int Room = 120 * 1024;

    /// <summary>Of sqlite3_io_methods.</summary>
    private const int KnownVersion = 3;

    /// <summary>SQLITE_FCNTL_JOURNAL_POINTER.</summary>
    private const int JournalPointer = 28;

    /// <summary>Gathers from now on, until SQLite closes the log.</summary>
    /// <param name="connection">One that has read already: SQLite opens the log only then.</param>
    /// <returns>False when this SQLite's files are others than those that are known here; then all stays as it is.</returns>
    public static bool Gather(SqliteConnection connection)
    {
        LogFile* log = null;
        SqliteException.ThrowExceptionForRC(FileControl(connection.Handle!, "main", JournalPointer, &log), connection.Handle);
        if (log is null || log->Methods is null || log->Methods->Version != KnownVersion)
            return false;

        var gathered = (Gathered*)NativeMemory.AllocZeroed((nuint)sizeof(Gathered) + Room);
        gathered->Bytes = (byte*)(gathered + 1);
        gathered->Own = log->Methods;
        gathered->Methods = *log->Methods;
        gathered->Methods.Close = &Close;
        gathered->Methods.Read = &Read;
        gathered->Methods.Write = &Write;
        gathered->Methods.Truncate = &Truncate;
        gathered->Methods.Sync = &Sync;
        gathered->Methods.FileSize = &FileSize;
        log->Methods = &gathered->Methods;
        return true;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_file_control", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    private static partial int FileControl(sqlite3 connection, string database, int operation, void* argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(LogFile* log, byte* bytes, int count, long offset)
    {
        var gathered = Of(log);
        if (offset != gathered->Start + gathered->Count || count > Room - gathered->Count)
        {
            if (HandOn(log) is not raw.SQLITE_OK and var failure)
                return failure;
            if (count > Room)
                return gathered->Own->Write(log, bytes, count, offset);
            gathered->Start = offset;
        }

        NativeMemory.Copy(bytes, gathered->Bytes + gathered->Count, (nuint)count);
        gathered->Count += count;
        return raw.SQLITE_OK;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(LogFile* log, int flags) =>
        HandOn(log) is not raw.SQLITE_OK and var failure ? failure : Of(log)->Own->Sync(log, flags);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(LogFile* log, byte* bytes, int count, long offset) =>
        HandOn(log) is not raw.SQLITE_OK and var failure ? failure : Of(log)->Own->Read(log, bytes, count, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(LogFile* log, long size) =>
        HandOn(log) is not raw.SQLITE_OK and var failure ? failure : Of(log)->Own->Truncate(log, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(LogFile* log, long* size) =>
        HandOn(log) is not raw.SQLITE_OK and var failure ? failure : Of(log)->Own->FileSize(log, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(LogFile* log)
    {
        var handedOn = HandOn(log);
        var gathered = Of(log);
        log->Methods = gathered->Own;
        NativeMemory.Free(gathered);
        var closed = log->Methods->Close(log);
        return handedOn == raw.SQLITE_OK ? closed : handedOn;
    }

    private static int HandOn(LogFile* log)
    {
        var gathered = Of(log);
        var count = gathered->Count;
        gathered->Count = 0;
        return count == 0 ? raw.SQLITE_OK : gathered->Own->Write(log, gathered->Bytes, count, gathered->Start);
    }

    private static Gathered* Of(LogFile* log) => (Gathered*)log->Methods;

    /// <summary>How sqlite3_file begins.</summary>
    private struct LogFile
    {
        public Methods* Methods;
    }

    /// <summary>sqlite3_io_methods.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<LogFile*, int> Close;
        public delegate* unmanaged[Cdecl]<LogFile*, byte*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<LogFile*, byte*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<LogFile*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<LogFile*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<LogFile*, long*, int> FileSize;
        public OtherMethods Others;
    }

    [InlineArray(12)]
    private struct OtherMethods
    {
        private nint _first;
    }

    /// <summary>What SQLite finds instead of the file's own methods. The bytes that it writes follow.</summary>
    private struct Gathered
    {
        public Methods Methods;
        public Methods* Own;
        public byte* Bytes;
        public long Start;
        public int Count;
    }
}
