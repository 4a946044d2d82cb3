namespace TaskProcessing.Server.Primitives;

/// <summary>A kind of cached data that must be read again after a change by any process.</summary>
internal enum ChangeTopic
{
    /// <summary>Accounts, app passwords and provider apps: everything that logins depend on.</summary>
    Accounts = 1,

    /// <summary>Provider apps, their providers, and the decisions that make task types available.</summary>
    Providers = 2,

    /// <summary>Blocks on guesses that an operator lifted.</summary>
    LoginBlocks = 3,

    /// <summary>The Nextclouds whose tasks are worked on here.</summary>
    Nextclouds = 4,
}
