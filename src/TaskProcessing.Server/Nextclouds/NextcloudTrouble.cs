namespace TaskProcessing.Server.Nextclouds;

/// <summary>What hinders the work for a Nextcloud. The numbers are stored.</summary>
internal enum NextcloudTrouble
{
    None = 0,

    /// <summary>No connection, or no answer in time.</summary>
    Unreachable = 1,

    /// <summary>Its certificate is not trusted here, or not its own.</summary>
    Certificate = 2,

    /// <summary>Another server than a Nextcloud with AppAPI answers.</summary>
    NoNextcloud = 3,

    /// <summary>It knows no app with this id and secret, and never did.</summary>
    NotRegistered = 4,

    /// <summary>It knew the app once, and refuses the secret now.</summary>
    WrongSecret = 5,

    /// <summary>The app is disabled there.</summary>
    NotEnabled = 6,

    /// <summary>It refuses all apps of this address for a while, because one of them named wrong secrets.</summary>
    LockedOut = 7,

    /// <summary>Maintenance mode.</summary>
    Maintenance = 8,

    /// <summary>It answered with a failure of its own.</summary>
    ServerError = 9,
}
