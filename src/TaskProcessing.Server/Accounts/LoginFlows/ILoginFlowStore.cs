namespace TaskProcessing.Server.Accounts.LoginFlows;

/// <summary>Keeps clients that wait for access. Each method is one statement or one transaction.</summary>
internal interface ILoginFlowStore
{
    /// <summary>False when so many of the network, or so many in all, wait already.</summary>
    Task<bool> TryAddAsync(LoginFlow flow, int mostOfNetwork, int most, CancellationToken cancellationToken);

    /// <summary>One that still waits for access; null when there is none, it was granted or it has ended.</summary>
    Task<LoginFlow?> FindWaitingAsync(string loginTokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Notes who grants access; of two only the first. False when it does not wait for that.</summary>
    Task<bool> GrantAsync(string loginTokenHash, string accountId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes one that waits for access; false when none does.</summary>
    Task<bool> RefuseAsync(string loginTokenHash, CancellationToken cancellationToken);

    /// <summary>Removes one that was granted and has not ended, and answers it: to one caller, once.</summary>
    Task<GrantedLogin?> TakeGrantedAsync(string pollTokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes those that ended before.</summary>
    Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>The account that granted access, and to which client.</summary>
internal sealed record GrantedLogin(string AccountId, string ClientName);
