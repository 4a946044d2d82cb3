using System.Reflection;

namespace TaskProcessing.Server.Observability;

/// <summary>The version of this server, not the one of Nextcloud that it speaks like (<c>Ocs:Version</c>).</summary>
internal static class ServerVersion
{
    /// <summary>Such as 1.2.3, between releases 1.2.4-alpha.0.5. Git's tags say it, by MinVer, when the server is built.</summary>
    public static string Full { get; } =
        typeof(ServerVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The three numbers, for those who understand no more.</summary>
    public static string Numbers { get; } = Full.Split('-')[0];
}
