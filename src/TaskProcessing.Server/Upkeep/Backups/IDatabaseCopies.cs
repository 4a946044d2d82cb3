namespace TaskProcessing.Server.Upkeep.Backups;

/// <summary>Copies of the whole database in files.</summary>
internal interface IDatabaseCopies
{
    /// <summary>
    /// The file of the database; null where only the database's own programs copy it, and the commands are all that there is.
    /// </summary>
    string? DatabaseFile { get; }

    /// <summary>The lines for a shell that copy the database into a file; none where <see cref="CopyAsync"/> does.</summary>
    IReadOnlyList<string> CommandsToCopy(string copy);

    /// <summary>The lines for a shell that make a database of such a file.</summary>
    IReadOnlyList<string> CommandsToRestore(string copy);

    /// <summary>
    /// Writes the database as it is at one moment into a new file, durably; other processes write on meanwhile. The file is whole in
    /// itself.
    /// </summary>
    /// <exception cref="Primitives.StoreUnavailableException">The database cannot be read.</exception>
    Task CopyAsync(string copy, CancellationToken cancellationToken);

    /// <summary>The contents that the files in a copy have, with their lengths. The copy is only read.</summary>
    Task<IReadOnlyDictionary<string, long>> ListContentsAsync(string copy, CancellationToken cancellationToken);

    /// <summary>Why this program cannot work with a copy; null when it can. The copy is only read.</summary>
    Task<string?> FindProblemAsync(string copy, CancellationToken cancellationToken);
}
