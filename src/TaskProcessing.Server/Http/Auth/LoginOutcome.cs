namespace TaskProcessing.Server.Http.Auth;

/// <summary>What became of the credentials that a request carries.</summary>
internal abstract record LoginOutcome
{
    private LoginOutcome()
    {
    }

    /// <summary>There are none.</summary>
    public sealed record Anonymous : LoginOutcome;

    /// <summary>They are good.</summary>
    public sealed record LoggedIn(Caller Caller) : LoginOutcome;

    /// <summary>A wrong token or app secret: the request goes on as nobody's, not as a guest's.</summary>
    public sealed record Unknown : LoginOutcome;

    /// <summary>A wrong password ends the request at once, on every route.</summary>
    public sealed record WrongPassword : LoginOutcome;

    /// <summary>Too many wrong ones came from this network.</summary>
    public sealed record Throttled : LoginOutcome;
}
