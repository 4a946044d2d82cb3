namespace TaskProcessing.Server.Tasks.Wire;

/// <summary>The source that decides where the manual and Nextcloud differ.</summary>
internal enum OcsProfile
{
    /// <summary>The OCS TaskProcessing manual: guests, 404 on deleting a missing task, the manual's own routes.</summary>
    Manual,

    /// <summary>The behaviour of Nextcloud.</summary>
    Nextcloud,
}
