using System.Xml.Linq;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>The properties that clients set; the server only keeps them.</summary>
internal static class DeadProperties
{
    /// <summary>How long the properties of one file or folder may be together.</summary>
    public const int MaxLength = 64 * 1024;

    public static List<XElement> Read(StoredFile file) =>
        file.Properties is { } text ? [.. XElement.Parse(text, LoadOptions.PreserveWhitespace).Elements()] : [];

    /// <returns>Null for none.</returns>
    public static string? Write(IReadOnlyCollection<XElement> properties) =>
        properties.Count == 0 ? null : new XElement("properties", properties).ToString(SaveOptions.DisableFormatting);
}
