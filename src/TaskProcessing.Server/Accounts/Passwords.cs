using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Identity;

namespace TaskProcessing.Server.Accounts;

/// <summary>Hashes passwords and tokens, and makes tokens.</summary>
internal static class Passwords
{
    private const string TokenAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const int TokenLength = 72;

    private static readonly PasswordHasher<object> Hasher = new();
    private static readonly object NoUser = new();

    /// <summary>The hash that a login name without account is checked against, so that its answer takes as long.</summary>
    private static readonly Lazy<string> UnknownAccountHash = new(() => Hash(NewToken()));

    /// <summary>The shortest that a new password may be. Older ones stay good.</summary>
    private const int MinPasswordLength = 8;

    /// <summary>The reason why the text cannot be a new password; null when it can.</summary>
    public static string? Problem(string password) =>
        password.Length is < MinPasswordLength or > 1024
            ? $"The password must have {MinPasswordLength} to 1024 characters; shorter ones are guessed"
            : null;

    /// <summary>A slow, salted hash, for secrets that people choose.</summary>
    public static string Hash(string password) => Hasher.HashPassword(NoUser, password);

    /// <param name="hash">The stored result of <see cref="Hash"/>; null when there is no account.</param>
    /// <param name="password">The given password.</param>
    /// <param name="isWeak">True when the hash is right, and was made with less work than hashes are made with now.</param>
    public static bool Verify(string? hash, string password, out bool isWeak)
    {
        var result = Hasher.VerifyHashedPassword(NoUser, hash ?? UnknownAccountHash.Value, password);
        isWeak = result == PasswordVerificationResult.SuccessRehashNeeded && hash is not null;
        return result != PasswordVerificationResult.Failed && hash is not null;
    }

    /// <summary>A fresh token of about 428 random bits.</summary>
    public static string NewToken() => RandomNumberGenerator.GetString(TokenAlphabet, TokenLength);

    /// <summary>True when the text has the form of a <see cref="NewToken"/>. Such a token cannot be guessed.</summary>
    public static bool IsToken(string secret) => secret.Length == TokenLength && secret.All(char.IsAsciiLetterOrDigit);

    /// <summary>A fast hash, for tokens that are random already.</summary>
    public static string HashToken(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
