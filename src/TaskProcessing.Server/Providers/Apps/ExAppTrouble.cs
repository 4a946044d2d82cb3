namespace TaskProcessing.Server.Providers.Apps;

/// <summary>The fault of an app, as far as the store tells; <see cref="CheckExApp"/> also calls the app.</summary>
internal enum ExAppTrouble
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An operator locked it out.</summary>
    Disabled,

    /// <summary>It could not be brought up; the status says why.</summary>
    Failed,

    /// <summary>It is being brought up, and something stands in the way; the status says what.</summary>
    Stuck,

    /// <summary>It has never called nor answered.</summary>
    NeverSeen,

    /// <summary>It was not heard of for too long.</summary>
    Silent,

    /// <summary>Calls in its name are refused; the status says why.</summary>
    Refused,

    /// <summary>It has registered no provider, so it gets no tasks.</summary>
    NoProvider,
}
