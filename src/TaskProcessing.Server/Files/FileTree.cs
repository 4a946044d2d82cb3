namespace TaskProcessing.Server.Files;

/// <summary>The trees of a user. The numbers are the parents of the first folders.</summary>
internal enum FileTree : long
{
    /// <summary>The user's files. They are in a folder without a name, which is made with the account: the home folder.</summary>
    Files = 0,

    /// <summary>Parts of uploads that are not complete yet, a folder for each upload. The top of it is no row.</summary>
    Uploads = -1,

    /// <summary>Copies of folders that are not complete yet. No address leads there.</summary>
    Copies = -2,
}
