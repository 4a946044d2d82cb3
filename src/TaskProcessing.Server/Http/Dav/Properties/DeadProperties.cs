using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>The properties that clients set; the server only keeps them.</summary>
internal static class DeadProperties
{
    /// <summary>The limit of the properties of one file or folder together.</summary>
    public const int MaxLength = 64 * 1024;

    /// <returns>The XML of each, with all the namespaces that it uses.</returns>
    public static Dictionary<DavName, string> Read(StoredFile file) =>
        file.Properties is { } text ? DavBody.ReadStored(text).ToDictionary(DavName.Of, property => property.OuterXml) : [];

    /// <summary>Clients set 1, or 0.</summary>
    public static bool IsFavorite(StoredFile file) =>
        file.Properties is { } text
        && DavBody.ReadStored(text).Any(property => DavName.Of(property) == DavProperties.Favorite && property.InnerText == "1");

    /// <returns>Null for none.</returns>
    public static string? Write(IReadOnlyCollection<string> properties) =>
        properties.Count == 0 ? null : $"<properties>{string.Concat(properties)}</properties>";
}
