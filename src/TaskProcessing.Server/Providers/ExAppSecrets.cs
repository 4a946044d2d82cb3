using Microsoft.AspNetCore.DataProtection;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// Encrypts the secrets that are shared with provider apps. What is stored of an app is its secret; while it changes to a new one, the
/// new secret, a space, and the one before.
/// </summary>
internal sealed class ExAppSecrets(IDataProtectionProvider dataProtection)
{
    private const char Between = ' ';

    private readonly IDataProtector _protector = dataProtection.CreateProtector("TaskProcessing.ExAppSecret");

    public string Protect(string secret) => _protector.Protect(secret);

    /// <summary>What is stored of the app with a new secret, beside which its present one stays valid.</summary>
    public string ProtectBeside(string secret, ExApp app) => Protect(secret) + Between + Newest(app.ProtectedSecret);

    public KnownExApp Open(ExApp app) =>
        new(app, _protector.Unprotect(Newest(app.ProtectedSecret)))
        {
            OlderSecret = Older(app.ProtectedSecret) is { } older ? _protector.Unprotect(older) : null,
        };

    /// <summary>The stored form of the app's newest secret.</summary>
    public static string Newest(string stored) =>
        stored.IndexOf(Between, StringComparison.Ordinal) is > 0 and var end ? stored[..end] : stored;

    /// <summary>The stored form of the secret before; null when the app has one alone.</summary>
    public static string? Older(string stored) =>
        stored.IndexOf(Between, StringComparison.Ordinal) is > 0 and var end ? stored[(end + 1)..] : null;
}
