using System.Security.Cryptography;
using System.Text;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// The owner of a local task: <c>CONNECTION/USER</c>. No login name has a slash, so nobody can log in as one, and no two connections
/// share one. Each takes turns with the others.
/// </summary>
internal static class LocalOwner
{
    private const int MaxLength = 64;
    private const int DigestLength = 16;

    public static TaskOwner Of(string nextcloudId, string? remoteUser)
    {
        var name = $"{nextcloudId}/{remoteUser}";
        if (name.Length <= MaxLength)
            return TaskOwner.User(name);

        var digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..DigestLength];
        return TaskOwner.User($"{Begin(name)}~{digest}");
    }

    /// <summary>Without half of a surrogate pair, which no database keeps.</summary>
    private static string Begin(string name)
    {
        var length = MaxLength - DigestLength - 1;
        return name[..(char.IsHighSurrogate(name[length - 1]) ? length - 1 : length)];
    }
}
