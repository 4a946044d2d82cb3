using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Accounts.Sessions;

/// <summary>Section <c>Sessions</c>: how long people stay signed in on the pages.</summary>
internal sealed class SessionOptions
{
    /// <summary>How many hours after signing in a session ends. Default 168, a week.</summary>
    [Range(0.01, 8760)]
    public double Hours { get; set; } = 168;
}
