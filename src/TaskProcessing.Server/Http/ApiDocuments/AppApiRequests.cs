using System.ComponentModel.DataAnnotations;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>How far an app's preparations are.</summary>
internal sealed record AppStatusParameters
{
    /// <summary>0 to 100; 100 means ready.</summary>
    [Required]
    [Range(0, 100)]
    public required int Progress { get; init; }

    /// <summary>What went wrong; empty when nothing did.</summary>
    public string? Error { get; init; }
}

/// <summary>A value to keep.</summary>
internal sealed record SettingParameters
{
    /// <summary>Its name.</summary>
    [Required]
    public required string ConfigKey { get; init; }

    /// <summary>The value.</summary>
    [Required]
    public required string ConfigValue { get; init; }

    /// <summary>Whether it shall lie encrypted. Without it that stays as it was, at first false.</summary>
    public bool? Sensitive { get; init; }
}

/// <summary>Which values.</summary>
internal sealed record SettingKeysParameters
{
    /// <summary>Their names.</summary>
    [Required]
    public required IReadOnlyList<string> ConfigKeys { get; init; }
}
