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
    private static readonly object Nobody = new();

    /// <summary>The hash that a login name without account is checked against, so that its answer takes as long.</summary>
    private static readonly Lazy<string> NobodysHash = new(() => Hash(NewToken()));

    /// <summary>Why it cannot be anybody's password; null when it can.</summary>
    public static string? Misfit(string password) => password.Length is 0 or > 1024 ? "The password must have 1 to 1024 characters" : null;

    /// <summary>A slow, salted hash, for secrets that people choose.</summary>
    public static string Hash(string password) => Hasher.HashPassword(Nobody, password);

    /// <param name="hash">What <see cref="Hash"/> made; null when there is no account.</param>
    /// <param name="password">What was given.</param>
    public static bool Verify(string? hash, string password) =>
        Hasher.VerifyHashedPassword(Nobody, hash ?? NobodysHash.Value, password) != PasswordVerificationResult.Failed && hash is not null;

    /// <summary>A fresh token of about 428 random bits.</summary>
    public static string NewToken() => RandomNumberGenerator.GetString(TokenAlphabet, TokenLength);

    /// <summary>A fast hash, for tokens that are random already.</summary>
    public static string HashToken(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
