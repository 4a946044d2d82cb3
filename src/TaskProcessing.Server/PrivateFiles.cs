using System.Runtime.InteropServices;

namespace TaskProcessing.Server;

/// <summary>
/// Makes the server's files private to its own user: they contain password hashes, keys and files of users. Windows has
/// no such modes; there the rights of the directory apply.
/// </summary>
internal static class PrivateFiles
{
    /// <summary>The rights that new files and folders do not get: all rights of group and others.</summary>
    private const int Mask = 0x3f; // 077

    /// <summary>
    /// Makes this process create every file with 0600 and every folder with 0700 at most: the database and SQLite's files
    /// beside it, contents of files, logs, and files of started programs. Existing files keep their modes.
    /// </summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsWindows())
            _ = SetMask(Mask);
    }

    /// <summary>True when users other than the owner can read the directory. Its parents may still prevent that.</summary>
    public static bool IsOpen(string directory)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(directory))
            return false;

        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        if ((File.GetUnixFileMode(directory) & Others) == 0)
            return false;

        for (var parent = Directory.GetParent(Path.GetFullPath(directory)); parent is not null; parent = parent.Parent)
        {
            if ((parent.UnixFileMode & UnixFileMode.OtherExecute) == 0)
                return false;
        }

        return true;
    }

    /// <summary>The files right in the directory that others may read, by name.</summary>
    public static IReadOnlyList<string> ListReadable(string directory) =>
        OperatingSystem.IsWindows()
            ? []
            :
            [
                .. from file in new DirectoryInfo(directory).EnumerateFiles()
                where (file.UnixFileMode & UnixFileMode.OtherRead) != 0
                orderby file.Name
                select file.Name,
            ];

    [DllImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetMask(int mask);
}
