using System.Collections.Frozen;
using System.Globalization;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Which task types a Nextcloud knows. It cannot be asked: its list has only types that are served there already, and only for
/// users.
/// </summary>
internal static class NextcloudTypes
{
    /// <summary>The major version in which a type first came; those of version 30 are left out.</summary>
    private static readonly FrozenDictionary<string, int> Since = new Dictionary<string, int>
    {
        ["core:contextagent:interaction"] = 31,
        ["core:text2text:changetone"] = 31,
        ["core:text2text:chatwithtools"] = 31,
        ["core:text2text:proofread"] = 31,
        ["core:analyze-images"] = 32,
        ["core:audio2audio:chat"] = 32,
        ["core:contextagent:audio-interaction"] = 32,
        ["core:text2speech"] = 32,
        ["core:image2text:ocr"] = 33,
        ["core:text2text:reformatparagraphs"] = 34,
        ["core:audio2audio:translate"] = 35,
        ["core:audio2text:subtitles"] = 35,
        ["core:contextagent:multimodal-interaction"] = 35,
        ["core:text2text:improve"] = 35,
        ["core:text2text:multimodal-chatwithtools"] = 35,
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Core = CoreTaskTypes.All.Select(type => type.Id).ToFrozenSet();

    /// <summary>The oldest major version with task processing.</summary>
    public const int OldestVersion = 30;

    public static bool Knows(string typeId, string? version) =>
        Core.Contains(typeId) && (Major(version) is not { } major || major >= Since.GetValueOrDefault(typeId, OldestVersion));

    /// <summary>Null for what is no version.</summary>
    public static int? Major(string? version) =>
        int.TryParse(version?.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : null;
}
