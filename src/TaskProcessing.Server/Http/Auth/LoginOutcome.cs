namespace TaskProcessing.Server.Http.Auth;

/// <summary>The result of checking the credentials of a request.</summary>
internal abstract record LoginOutcome
{
    private LoginOutcome() { }

    /// <summary>There are none.</summary>
    public sealed record Anonymous : LoginOutcome;

    /// <summary>They are good.</summary>
    public sealed record LoggedIn(Caller Caller) : LoginOutcome;

    /// <summary>There is the cookie of a session, but nothing shows that a page of this server sent the request.</summary>
    public sealed record NotFromOwnPage : LoginOutcome;

    /// <summary>A wrong token or app secret, or the cookie of a session that has ended: the request continues without a user, but not as a guest.</summary>
    public sealed record Unknown : LoginOutcome;

    /// <summary>A wrong password ends the request at once, on every route.</summary>
    public sealed record WrongPassword : LoginOutcome;

    /// <summary>They were not verified, because too many wrong logins came before.</summary>
    /// <param name="Wait">Until it can be tried again.</param>
    public sealed record Throttled(TimeSpan Wait) : LoginOutcome;
}
