using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Flushes directories, so that new entries survive a power cut: on Linux the name of a file is on disk only once its
/// directory was flushed, even if the file itself was.
/// </summary>
internal sealed class DurableDirectories(string root)
{
    private const int ReadOnly = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <summary>The directories that are on disk themselves. Few: blobs are spread over 65,536 of them.</summary>
    private readonly ConcurrentDictionary<string, bool> _durable = new();

    /// <summary>Makes a directory at or below the root, durably.</summary>
    public void Create(string directory)
    {
        if (_durable.ContainsKey(directory))
            return;

        var parent = Path.GetDirectoryName(directory);
        if (directory.Length > root.Length)
            Create(parent!);
        Directory.CreateDirectory(directory);
        // Also when another process has created it, which may not have synced it yet.
        if (parent is not null)
            Flush(parent);
        _durable[directory] = true;
    }

    /// <summary>Has everything that was put into the directory, or taken out of it, be so for good.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void Flush(string directory)
    {
        if (!OperatingSystem.IsLinux())
            return;

        var handle = Native.Open(directory, ReadOnly);
        try
        {
            if (handle < 0 || Native.Flush(handle) != 0)
                throw Failure(directory);
        }
        finally
        {
            if (handle >= 0)
                _ = Native.Close(handle);
        }
    }

    private static IOException Failure(string directory)
    {
        var code = Marshal.GetLastPInvokeError();
        return new IOException($"{new Win32Exception(code).Message} : '{directory}'", code);
    }

    private static class Native
    {
        [DllImport("libc", EntryPoint = "open", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Flush(int handle);

        [DllImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static extern int Close(int handle);
    }
}
